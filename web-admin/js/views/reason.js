// @ts-check
/** Dialog that asks for the reason of an act. */

import { h } from "../lib/dom.js";
import { openDialog } from "../ui/dialog.js";
import { textField } from "../ui/field.js";
import { form } from "../ui/form.js";

/**
 * @param {object} options
 * @param {string} options.title
 * @param {import("../lib/dom.js").Child} options.text
 * @param {string} options.submit
 * @param {(reason: string) => Promise<void>} options.send
 */
export function askReason({ title, text, submit, send }) {
  const dialog = openDialog({ title });
  dialog.show([
    h("div", {}, typeof text === "string" ? h("p", {}, text) : text),
    form({
      content: textField({
        name: "reason",
        label: "Reason",
        hint: "It is kept in the audit log.",
        required: true,
        rows: 3,
        attributes: { maxlength: 256 },
      }),
      submit,
      look: "danger",
      cancel: dialog.close,
      send: async (values) => {
        await send(values.text("reason"));
        dialog.close();
      },
    }),
  ]);
}
