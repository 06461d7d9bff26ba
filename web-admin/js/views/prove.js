// @ts-check
/** Proving the second factor: after the password, and again before a call that matters. */

import { h } from "../lib/dom.js";
import { ApiError, call } from "../server/api.js";
import { passkeysWork, usePasskey, whyNoPasskeys } from "../server/passkeys.js";
import { once } from "../ui/act.js";
import { openDialog } from "../ui/dialog.js";
import { field } from "../ui/field.js";
import { form } from "../ui/form.js";
import { explain, note } from "../ui/states.js";

/** @import { RequestOptions, Session } from "../types/api.d.ts" */

/**
 * Asks for a proof over the present view; null if the person closes the dialog. Throws when the session has ended.
 * @param {object} options
 * @param {string} options.title
 * @param {string} options.why
 * @param {string[]} options.methods
 * @returns {Promise<Session | null>}
 */
export async function proveDialog({ title, why, methods }) {
  /** @type {Session | null} */
  let proved = null;
  /** @type {ApiError | null} */
  let ended = null;
  const dialog = openDialog({ title, mayClose: () => true });
  const send = async (/** @type {string} */ path, /** @type {Record<string, unknown>} */ body) => {
    try {
      return await call("POST", path, { body });
    } catch (error) {
      if (!(error instanceof ApiError && error.code === "not_signed_in")) throw error;
      ended = error;
      dialog.close();
      return null;
    }
  };
  const prove = async (/** @type {Record<string, unknown>} */ body) => {
    proved = /** @type {Session | null} */ (await send("/session/second-factor", body));
    if (proved) dialog.close();
  };
  const message = h("p", { class: "form-message", role: "alert" });
  const passkey = async () => {
    message.textContent = "";
    try {
      const options = /** @type {RequestOptions | null} */ (await send("/session/second-factor/options", {}));
      if (options) await prove({ credential: await usePasskey(options) });
    } catch (error) {
      message.textContent = explain(error);
    }
  };
  const byPasskey = methods.includes("passkey");
  const byApp = methods.includes("totp");
  dialog.show([
    h("p", {}, why),
    byPasskey &&
      (passkeysWork()
        ? [
            h(
              "div",
              { class: "actions" },
              h("button", { type: "button", class: "primary", click: once(passkey) }, "Use a passkey"),
            ),
            message,
          ]
        : note("info", h("p", {}, whyNoPasskeys()))),
    (byApp || methods.includes("recovery-code")) &&
      form({
        content: field({
          name: "code",
          label: byApp ? "Code of your authenticator app" : "Recovery code",
          hint: byApp ? "Six digits; a recovery code works here too." : "Each works once.",
          required: true,
          attributes: {
            autocomplete: "one-time-code",
            autocapitalize: "characters",
            spellcheck: "false",
            maxlength: 32,
          },
        }),
        submit: "Go on",
        look: byPasskey && passkeysWork() ? "" : "primary",
        send: async ({ text }) => {
          const code = text("code").replace(/[\s-]/g, "");
          await prove(/^[0-9]{1,8}$/.test(code) ? { totp: code } : { recoveryCode: code });
        },
      }),
  ]);
  await dialog.closed;
  if (ended) throw ended;
  return proved;
}
