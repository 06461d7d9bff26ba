// @ts-check
/** The roles, each explained. */

import { ROLES } from "../lib/words.js";
import { choices } from "../ui/field.js";

/** @param {readonly string[]} checked */
export function roleChoices(checked) {
  return choices({
    name: "roles",
    legend: "Roles",
    hint: "Several are possible. Nobody ever decides what they asked for themselves.",
    choices: ROLES.map(({ value, label, text }) => ({ value, label, text, checked: checked.includes(value) })),
  });
}
