// @ts-check
/** Tightening a key: lower limits, fewer permissions or addresses. One person, at once. */

import { h } from "../lib/dom.js";
import { splitIPs } from "../lib/ips.js";
import { toMinor } from "../lib/money.js";
import { date } from "../lib/time.js";
import { call } from "../server/api.js";
import { openDialog } from "../ui/dialog.js";
import { field } from "../ui/field.js";
import { form } from "../ui/form.js";
import { note } from "../ui/states.js";
import { toast } from "../ui/toast.js";
import { ipField, limitFields, limitProblems, permissionChoices } from "./key-fields.js";

/** @import { Key, KeyChange, Permission } from "../types/api.d.ts" */
/** @import { Screen } from "../ui/screen.js" */
/** @import { Values } from "../ui/form.js" */

/**
 * @param {Key} key
 * @param {Screen} screen
 */
export function tightenKey(key, screen) {
  const dialog = openDialog({ title: "Tighten this key", size: "wide" });
  dialog.show([
    note(
      "info",
      h(
        "p",
        {},
        "Lower limits, fewer permissions or addresses take effect with the next call and can't be undone here. To allow more, ask for a new key.",
      ),
    ),
    form({
      content: [
        permissionChoices(key.permissions, key.permissions),
        limitFields(screen.currency, key),
        ipField(key.allowedIPs),
        key.expiresAt && endField(key.expiresAt),
      ],
      submit: "Tighten now",
      cancel: dialog.close,
      check: (values) => [...looser(key, values), ...limitProblems(values)],
      send: async (values) => {
        const body = changes(key, values);
        if (Object.keys(body).length > 0) {
          await call("PATCH", `${screen.base}/api-keys/${key.keyID}`, { body });
          toast(`“${key.label}” is tightened.`);
        } else {
          toast("Nothing was changed.");
        }
        dialog.close();
        await screen.refresh();
      },
    }),
  ]);
}

/** The day, in UTC, on which a key ends. @param {string} expiresAt */
function dayOf(expiresAt) {
  return expiresAt.slice(0, 10);
}

/** @param {string} expiresAt */
function endField(expiresAt) {
  return field({
    name: "expiresAt",
    label: "Ends on",
    hint: "Earlier only. It ends as that day begins (UTC), or at its present end where the day stays.",
    type: "date",
    required: true,
    value: dayOf(expiresAt),
    check: (text) =>
      text > dayOf(expiresAt) ? `Not later than now: ${date(dayOf(expiresAt))}. For longer, rotate the key.` : "",
    attributes: { class: "short" },
  });
}

const LIMITS = /** @type {const} */ (["maxTransactionAmount", "maxDailyVolume", "autoApproveLimit"]);

/**
 * Problems with values that would allow more than now.
 * @param {Key} key
 * @param {Values} values
 * @returns {{ name: string, message: string }[]}
 */
function looser(key, values) {
  const problems = [];
  if (values.chosen("permissions").length === 0) {
    problems.push({ name: "permissions", message: "One has to stay. To end the key, revoke it." });
  }
  for (const name of LIMITS) {
    const before = toMinor(key[name] ?? "");
    const after = toMinor(values.text(name));
    if (
      name === "autoApproveLimit"
        ? (after ?? 0n) > (before ?? 0n)
        : before !== null && (after === null || after > before)
    ) {
      problems.push({
        name,
        message: `This can only be lowered; now it is ${key[name] ?? "0.00"}. For more, ask for a new key.`,
      });
    }
  }
  if (key.allowedIPs.length > 0 && splitIPs(values.text("allowedIPs")).length === 0) {
    problems.push({ name: "allowedIPs", message: "Empty would allow every address. Leave at least one." });
  }
  return problems;
}

/**
 * The body with the changed members only: members that it doesn't name stay as they are.
 * @param {Key} key
 * @param {Values} values
 */
function changes(key, values) {
  /** @type {KeyChange} */
  const body = {};
  const permissions = /** @type {Permission[]} */ (values.chosen("permissions"));
  if (permissions.length !== key.permissions.length) body.permissions = permissions;
  for (const name of LIMITS) {
    const text = values.text(name) || (name === "autoApproveLimit" ? "0.00" : "");
    if (toMinor(text) !== toMinor(key[name] ?? "")) body[name] = text;
  }
  const ips = splitIPs(values.text("allowedIPs"));
  if (ips.join() !== key.allowedIPs.join()) body.allowedIPs = ips;
  const end = values.text("expiresAt");
  if (key.expiresAt && end !== dayOf(key.expiresAt)) body.expiresAt = `${end}T00:00:00.000Z`;
  return body;
}
