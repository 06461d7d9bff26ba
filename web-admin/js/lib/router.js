// @ts-check
/**
 * Addresses: `#/{distributorID}/{view}/…?filters`. They live behind the hash, so that every view
 * can be reloaded and shared from a server of plain files.
 */

/**
 * @typedef {object} Address
 * @property {string} distributorID "" when the address names none
 * @property {string[]} path the parts after the distributor
 * @property {URLSearchParams} query
 */

/**
 * @param {string} hash
 * @returns {Address}
 */
export function parse(hash) {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const [distributorID = "", ...parts] = path.split("/").filter(Boolean).map(decode);
  return { distributorID, path: parts, query: new URLSearchParams(query) };
}

/** @param {string} part */
function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/**
 * The address of a view.
 * @param {string} distributorID
 * @param {string} path such as "operations" or "settings/api-keys/pending"
 * @param {Record<string, string>} [query] empty values are left out
 */
export function address(distributorID, path, query = {}) {
  const filters = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== ""));
  const text = filters.toString();
  return `#/${encodeURIComponent(distributorID)}/${path}${text ? `?${text}` : ""}`;
}

/** @param {string} hash */
export function go(hash) {
  location.hash = hash;
}

/**
 * Navigates without a new entry in the history.
 * @param {string} hash
 */
export function goInstead(hash) {
  history.replaceState(null, "", hash);
  dispatchEvent(new HashChangeEvent("hashchange"));
}
