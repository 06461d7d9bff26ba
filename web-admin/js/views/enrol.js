// @ts-check
/** Setting up a second factor: a passkey or an authenticator app, then the recovery codes. */

import { find, h, replace, template } from "../lib/dom.js";
import { call } from "../server/api.js";
import { makePasskey, passkeysWork } from "../server/passkeys.js";
import { load } from "../server/session.js";
import { field } from "../ui/field.js";
import { form } from "../ui/form.js";
import { showSecrets } from "../ui/secret.js";
import { note } from "../ui/states.js";

/** @import { CreationOptions, FactorEnrolled, TotpBegun } from "../types/api.d.ts" */

/**
 * Shows recovery codes, once.
 * @param {string[]} codes
 */
export async function showCodes(codes) {
  if (codes.length === 0) return;
  await showSecrets({
    title: "Your recovery codes",
    before: h(
      "p",
      {},
      "If you lose your phone or computer, each of these signs you in once. Keep them where you keep other important papers; they are not shown again.",
    ),
    secrets: [{ name: "Recovery codes", text: codes.join("\n") }],
    after: h("div", { class: "actions" }, h("button", { type: "button", click: () => print() }, "Print")),
    warning: "Without these codes, losing your device means asking two people for a reset.",
  });
}

/** @param {boolean} first */
function passwordField(first) {
  return (
    first &&
    field({
      name: "password",
      label: "Your password",
      hint: "Needed once more if you signed in more than ten minutes ago.",
      type: "password",
      attributes: { autocomplete: "current-password" },
    })
  );
}

/** @param {string} password */
const beginning = (password) => (password ? { body: { password } } : {});

/**
 * @param {boolean} first
 * @param {() => Promise<void> | void} done
 */
export function passkeyForm(first, done) {
  return form({
    content: [
      field({
        name: "name",
        label: "Name of the passkey",
        hint: "So that you know it again, such as “Laptop” or “Key on my key ring”.",
        required: true,
        value: "This device",
        attributes: { maxlength: 64 },
      }),
      passwordField(first),
    ],
    submit: "Make a passkey",
    send: async ({ text }) => {
      const password = first ? text("password") : "";
      const options = await call("POST", "/session/passkeys/options", beginning(password));
      const credential = await makePasskey(/** @type {CreationOptions} */ (options));
      const body = { name: text("name"), credential };
      const enrolled = /** @type {FactorEnrolled} */ (await call("POST", "/session/passkeys", { body }));
      await showCodes(enrolled.recoveryCodes);
      await done();
    },
  });
}

/**
 * @param {boolean} first
 * @param {HTMLElement} place where the steps are shown
 * @param {() => Promise<void> | void} done
 */
export function appForm(first, place, done) {
  replace(
    place,
    form({
      content: passwordField(first),
      submit: "Set up an authenticator app",
      send: async ({ text }) => {
        const password = first ? text("password") : "";
        const begun = /** @type {TotpBegun} */ (await call("POST", "/session/totp", beginning(password)));
        scan(place, begun, done);
      },
    }),
  );
}

/**
 * @param {HTMLElement} place
 * @param {TotpBegun} begun
 * @param {() => Promise<void> | void} done
 */
function scan(place, begun, done) {
  const code = document.importNode(new DOMParser().parseFromString(begun.qr, "image/svg+xml").documentElement, true);
  code.setAttribute("role", "img");
  code.setAttribute("aria-label", "QR code for your authenticator app");
  code.classList.add("qr");
  replace(place, [
    h("p", {}, "Scan this with your authenticator app, or type the key into it. Then enter the six digits it shows."),
    code,
    h("p", {}, "Key: ", h("code", { class: "wrap" }, begun.secret.replace(/(.{4})(?=.)/g, "$1 "))),
    form({
      content: field({
        name: "code",
        label: "Code",
        required: true,
        attributes: { autocomplete: "one-time-code", inputmode: "numeric", maxlength: 8 },
      }),
      submit: "Confirm",
      send: async ({ text }) => {
        const body = { code: text("code").replaceAll(" ", "") };
        const enrolled = /** @type {FactorEnrolled} */ (await call("POST", "/session/totp/confirm", { body }));
        await showCodes(enrolled.recoveryCodes);
        await done();
      },
    }),
  ]);
  find(place, "[name=code]", HTMLInputElement).focus();
}

/**
 * The first factor, before anything else is possible.
 * @param {HTMLElement} app
 * @param {() => Promise<void>} done
 */
export function showEnrolment(app, done) {
  const door = template("door");
  const after = async () => {
    await load();
    await done();
  };
  const byApp = h("div", {});
  replace(find(door, ".door-card", HTMLElement), [
    h("h1", {}, "Set up a second factor"),
    h(
      "p",
      { class: "muted" },
      "A password alone can be stolen. Your distributor asks for a second proof that it is you; a passkey is the safest and takes one touch.",
    ),
    passkeysWork()
      ? [h("h2", {}, "Passkey"), passkeyForm(true, after)]
      : note("info", h("p", {}, "This browser has no passkeys; use an authenticator app.")),
    h("h2", {}, "Authenticator app"),
    byApp,
  ]);
  appForm(true, byApp, after);
  app.replaceChildren(door);
  document.title = "Set up a second factor · Universal Wallet";
}
