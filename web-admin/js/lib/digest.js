// @ts-check
/**
 * The fingerprint of a request, computed here from the data that the checker sees, so that
 * an approval is bound to the content of this screen and to nothing else.
 */

/** @import { Approval } from "../types/api.d.ts" */

/**
 * The canonical form of RFC 8785 for the values these requests hold: objects, arrays, strings,
 * booleans, null and whole numbers.
 * @param {unknown} value
 * @returns {string}
 */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const members = Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`);
    return `{${members.join(",")}}`;
  }
  return JSON.stringify(value);
}

/**
 * @param {Approval} approval
 * @param {string} distributorID
 */
export async function digest(approval, distributorID) {
  const { approvalID, kind, makerID, subject } = approval;
  const text = canonical({ approvalID, distributorID, kind, makerID, subject });
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
