// @ts-check
/** One half of a joining code or new password, shown once to one of the two people who let a user in. */

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
    title: `The ${which} half of a code`,
    before: h(
      "p",
      {},
      "This is one half of the code with which ",
      typed(name, "strong"),
      ` signs in or joins; ${other}. No one person knows it all.`,
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
        "Both halves with a hyphen between them, ",
        h("code", {}, "first-second"),
        ", are the code. It works once, within 7 days.",
      ),
      h(
        "li",
        {},
        "Without an account they sign in with it as their password, and choose one of their own. With an account they sign in as usual and enter it under “Join a distributor”.",
      ),
    ),
    warning:
      "This half can't be shown again. Without it the person can't use the code, and a new one has to be asked for by resetting their password.",
  });
}
