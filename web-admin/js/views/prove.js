// @ts-check
/** Proving the second factor: after the password, and again before a call that matters. */

import { h } from "../lib/dom.js";
import { call } from "../server/api.js";
import { passkeysWork, usePasskey } from "../server/passkeys.js";
import { openDialog } from "../ui/dialog.js";
import { field } from "../ui/field.js";
import { form } from "../ui/form.js";
import { explain } from "../ui/states.js";

/** @import { RequestOptions, Session } from "../types/api.d.ts" */

/**
 * Asks for a proof over the present view; null if the person closes the dialog.
 * @param {object} options
 * @param {string} options.title
 * @param {string} options.why
 * @param {string[]} options.methods
 * @returns {Promise<Session | null>}
 */
export async function proveDialog({ title, why, methods }) {
  /** @type {Session | null} */
  let proved = null;
  const dialog = openDialog({ title, mayClose: () => true });
  const prove = async (/** @type {Record<string, unknown>} */ body) => {
    proved = /** @type {Session} */ (await call("POST", "/session/second-factor", { body }));
    dialog.close();
  };
  const message = h("p", { class: "form-message", role: "alert" });
  const passkey = async () => {
    message.textContent = "";
    try {
      const options = /** @type {RequestOptions} */ (await call("POST", "/session/second-factor/options"));
      await prove({ credential: await usePasskey(options) });
    } catch (error) {
      message.textContent = explain(error);
    }
  };
  const codes = methods.includes("totp") || methods.includes("recovery-code");
  const label = methods.includes("totp") ? "Code of your authenticator app" : "Recovery code";
  dialog.show([
    h("p", {}, why),
    methods.includes("passkey") &&
      passkeysWork() && [
        h(
          "div",
          { class: "actions" },
          h("button", { type: "button", class: "primary", click: passkey }, "Use a passkey"),
        ),
        message,
      ],
    codes &&
      form({
        content: field({
          name: "code",
          label,
          hint: methods.includes("totp") ? "Six digits; a recovery code works here too." : "Each works once.",
          required: true,
          attributes: {
            autocomplete: "one-time-code",
            autocapitalize: "characters",
            spellcheck: "false",
            maxlength: 32,
          },
        }),
        submit: "Go on",
        cancel: dialog.close,
        send: async ({ text }) => {
          const code = text("code").replaceAll(" ", "");
          await prove(/^[0-9]{6}$/.test(code) ? { totp: code } : { recoveryCode: code });
        },
      }),
  ]);
  await dialog.closed;
  return proved;
}
