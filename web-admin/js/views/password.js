// @ts-check
/** Choosing a password: forced at the first sign-in, or whenever a person likes. */

import { find, h, replace, template } from "../lib/dom.js";
import { call } from "../server/api.js";
import { load, person } from "../server/session.js";
import { openDialog } from "../ui/dialog.js";
import { field } from "../ui/field.js";
import { form } from "../ui/form.js";
import { toast } from "../ui/toast.js";

const MIN_PASSWORD_LENGTH = 12;

/**
 * @param {string} currentLabel
 * @param {() => Promise<void> | void} done
 * @param {() => void} [cancel]
 */
function passwordForm(currentLabel, done, cancel) {
  const raw = (/** @type {string} */ name) => find(element, `[name="${name}"]`, HTMLInputElement).value;
  const element = form({
    content: [
      field({
        name: "current",
        label: currentLabel,
        type: "password",
        required: true,
        attributes: { autocomplete: "current-password" },
      }),
      field({
        name: "new",
        label: "New password",
        hint: `At least ${MIN_PASSWORD_LENGTH} characters. A few words in a row are good and easy to keep in mind.`,
        type: "password",
        required: true,
        check: () =>
          [...raw("new")].length < MIN_PASSWORD_LENGTH ? `At least ${MIN_PASSWORD_LENGTH} characters, please.` : "",
        attributes: { autocomplete: "new-password" },
      }),
      field({
        name: "again",
        label: "New password again",
        type: "password",
        required: true,
        attributes: { autocomplete: "new-password" },
      }),
    ],
    submit: "Change password",
    ...(cancel ? { cancel } : {}),
    check: () => (raw("new") === raw("again") ? [] : [{ name: "again", message: "The two are not the same." }]),
    send: async () => {
      await call("POST", "/session/password", { body: { current: raw("current"), new: raw("new") } });
      element.reset();
      await done();
    },
  });
  return element;
}

/**
 * @param {HTMLElement} app
 * @param {() => Promise<void>} done
 */
export function showPassword(app, done) {
  const door = template("door");
  replace(find(door, ".door-card", HTMLElement), [
    h("h1", {}, "Choose your own password"),
    h(
      "p",
      { class: "muted" },
      "The one you signed in with came in two halves from two people and works once. From now on only you know yours.",
    ),
    passwordForm("The password you just used", async () => {
      await load();
      await done();
      toast("Password changed.");
    }),
  ]);
  app.replaceChildren(door);
  document.title = "Choose a password · Universal Wallet";
  find(app, "[name=current]", HTMLInputElement).focus();
}

/** Whoever changes a password may have a reason to: what else signs in is shown then. */
async function showFactors() {
  if (person().secondFactor.enrolled.length === 0) return;
  const { factorsDialog } = await import("./factors.js");
  await factorsDialog("Your password is changed. Look whether all of these are yours; remove what is not.");
}

export function passwordDialog() {
  const dialog = openDialog({ title: "Change password" });
  dialog.show([
    h("p", { class: "muted" }, "Your other sessions end at once."),
    passwordForm(
      "Present password",
      () => {
        dialog.close();
        toast("Password changed. Other sessions of yours have ended.");
        void showFactors();
      },
      dialog.close,
    ),
  ]);
}
