// @ts-check
/** Setting up a second factor: a passkey or an authenticator app, then the recovery codes. */

import { find, h, replace, svg, template } from "../lib/dom.js";
import { ApiError, call } from "../server/api.js";
import { makePasskey, passkeysWork, whyNoPasskeys } from "../server/passkeys.js";
import { load, person, signOut } from "../server/session.js";
import { once } from "../ui/act.js";
import { openDialog } from "../ui/dialog.js";
import { field } from "../ui/field.js";
import { form } from "../ui/form.js";
import { showSecrets } from "../ui/secret.js";
import { note } from "../ui/states.js";

/** @import { Child } from "../lib/dom.js" */
/** @import { CreationOptions, FactorEnrolled, TotpBegun } from "../types/api.d.ts" */

/** @typedef {() => Promise<void> | void} Done */

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
      "If you lose your phone or computer, each of these signs you in once instead of it. Keep them where you keep other important papers; they are not shown again.",
    ),
    secrets: [{ name: `Recovery codes of ${person().login}`, text: codes.join("\n") }],
    after: null,
    warning: "Without these codes, losing your device means asking two people for a reset.",
    paper: true,
  });
}

/**
 * Begins to set up a factor. The first one needs the password of the last ten minutes: where that is longer ago, it is
 * asked for, and the answer is that of the call with it.
 * @param {string} path
 */
async function begin(path) {
  try {
    return await call("POST", path);
  } catch (error) {
    if (!(error instanceof ApiError && error.code === "second_factor_required")) throw error;
  }
  /** @type {unknown} */
  let answer = null;
  const dialog = openDialog({ title: "Your password, please", mayClose: () => true });
  const element = form({
    content: field({
      name: "password",
      label: "Password",
      hint: "It is more than ten minutes ago that you gave it.",
      type: "password",
      required: true,
      attributes: { autocomplete: "current-password" },
    }),
    submit: "Go on",
    cancel: dialog.close,
    send: async () => {
      const { value } = find(element, "[name=password]", HTMLInputElement);
      answer = await call("POST", path, { body: { password: value } });
      dialog.close();
    },
  });
  dialog.show(element);
  await dialog.closed;
  if (answer === null) throw new ApiError(403, "cancelled", "Nothing was set up: it needs your password.");
  return answer;
}

/**
 * A form that makes a passkey, or the reason why there is none here.
 * @param {Done} done
 */
export function passkeyForm(done) {
  if (!passkeysWork()) return note("info", h("p", {}, `${whyNoPasskeys()} Use an authenticator app here.`));
  return form({
    content: field({
      name: "name",
      label: "Name of the passkey",
      hint: "So that you know it again, such as “Laptop” or “Key on my key ring”.",
      required: true,
      value: "This device",
      attributes: { maxlength: 64 },
    }),
    submit: "Make a passkey",
    send: async ({ text }) => {
      const options = /** @type {CreationOptions} */ (await begin("/session/passkeys/options"));
      const body = { name: text("name"), credential: await makePasskey(options) };
      const enrolled = /** @type {FactorEnrolled} */ (await call("POST", "/session/passkeys", { body }));
      await showCodes(enrolled.recoveryCodes);
      await done();
    },
  });
}

/**
 * Steps that set up an authenticator app.
 * @param {string} label
 * @param {Done} done
 */
export function appSteps(label, done) {
  const place = h("div", { class: "factor-steps" });
  replace(
    place,
    form({
      content: null,
      submit: label,
      look: "",
      send: async () => scan(place, /** @type {TotpBegun} */ (await begin("/session/totp")), done),
    }),
  );
  return place;
}

/**
 * The QR code, built from the numbers of the server's drawing: the page never takes markup.
 * @param {string} drawing
 */
function qrCode(drawing) {
  const viewBox = /viewBox="([0-9 ]+)"/.exec(drawing)?.[1] ?? "";
  const d = /<path d="([MmHhVvLlZz0-9 ,.-]+)"/.exec(drawing)?.[1] ?? "";
  const label = "QR code for your authenticator app";
  return svg("svg", { class: "qr", role: "img", "aria-label": label, viewBox }, svg("path", { d }));
}

/**
 * @param {HTMLElement} place
 * @param {TotpBegun} begun
 * @param {Done} done
 */
function scan(place, begun, done) {
  replace(place, [
    h("p", {}, "Scan this with your authenticator app, or type the key into it. Then enter the six digits it shows."),
    qrCode(begun.qr),
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
 * Both ways, the safer one first.
 * @param {Done} done
 * @returns {Child}
 */
function bothWays(done) {
  return [
    h(
      "p",
      { class: "muted" },
      "A password alone can be stolen. Your distributor asks for a second proof that it is you; a passkey is the safest and takes one touch.",
    ),
    h("h2", {}, "Passkey"),
    passkeyForm(done),
    h("h2", {}, "Authenticator app"),
    appSteps("Set up an authenticator app", done),
  ];
}

/**
 * The first factor, before anything else is possible.
 * @param {HTMLElement} app
 * @param {() => Promise<void>} done
 */
export function showEnrolment(app, done) {
  const door = template("door");
  const leave = once(async () => {
    await signOut();
    location.replace("/");
  });
  replace(find(door, ".door-card", HTMLElement), [
    h("h1", { tabindex: "-1" }, "Set up a second factor"),
    bothWays(async () => {
      await load();
      await done();
    }),
    h(
      "p",
      { class: "muted small" },
      `You are signed in as ${person().login}. `,
      h("button", { type: "button", class: "quiet small", click: leave }, "Sign out"),
    ),
  ]);
  app.replaceChildren(door);
  document.title = "Set up a second factor · Universal Wallet";
  find(app, "h1", HTMLElement).focus();
}

/**
 * The first factor, over a view in which it became required. Resolves to false if the person closes the dialog.
 * @returns {Promise<boolean>}
 */
export async function enrolDialog() {
  let enrolled = false;
  const dialog = openDialog({ title: "Set up a second factor", size: "wide", mayClose: () => true });
  dialog.show(
    bothWays(async () => {
      enrolled = true;
      await load();
      dialog.close();
    }),
  );
  await dialog.closed;
  return enrolled;
}
