// @ts-check
/** One half of a first password, shown once to one of the two people who let a user in. */

import { h } from "../lib/dom.js";
import { typed } from "../ui/parts.js";
import { showSecrets } from "../ui/secret.js";

/**
 * @param {"first" | "second"} which
 * @param {string} half
 * @param {string} name whom it is for
 */
export function showHalf(which, half, name) {
  const other =
    which === "first"
      ? "the person who approves this gets the second half"
      : "the person who asked for this has the first half";
  return showSecrets({
    title: `The ${which} half of a password`,
    before: h(
      "p",
      {},
      "This is one half of the password with which ",
      typed(name, "strong"),
      ` signs in next; ${other}. No one person knows it all.`,
    ),
    secrets: [{ name: which === "first" ? "First half" : "Second half", text: half }],
    after: h(
      "ol",
      { class: "steps" },
      h(
        "li",
        {},
        "Give this half to ",
        typed(name),
        " yourself: by phone, or face to face. Don't give it to your colleague who has the other half.",
      ),
      h(
        "li",
        {},
        "They sign in with both halves joined by a hyphen: ",
        h("code", {}, "first-second"),
        ". It works once, within 7 days.",
      ),
      h("li", {}, "They then choose a password of their own."),
    ),
    warning: "This half can't be shown again. Without it the person can't sign in, and the password has to be reset.",
  });
}
