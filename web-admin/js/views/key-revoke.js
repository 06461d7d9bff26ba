// @ts-check
/** Revoking a key: at once and for ever, so it asks for the label or a reason. */

import { h } from "../lib/dom.js";
import { ago } from "../lib/time.js";
import { call } from "../server/api.js";
import { openDialog } from "../ui/dialog.js";
import { textField } from "../ui/field.js";
import { form } from "../ui/form.js";
import { typed } from "../ui/parts.js";
import { note } from "../ui/states.js";
import { toast } from "../ui/toast.js";

/** @import { Key } from "../types/api.d.ts" */
/** @import { Screen } from "../ui/screen.js" */

/**
 * @param {Key} key
 * @param {Screen} screen
 */
export function revokeKey(key, screen) {
  const dialog = openDialog({ title: "Revoke this key?" });
  dialog.show([
    note(
      "danger",
      h("p", {}, typed(key.label, "strong"), " stops working with the very next call, and can't be brought back."),
      h("p", {}, "Operations it asked for that still wait for a checker are rejected; what they held is given back."),
      key.lastUsedAt &&
        h(
          "p",
          {},
          "It was last used ",
          ago(key.lastUsedAt),
          key.lastUsedIP ? [" from ", typed(key.lastUsedIP)] : "",
          ".",
        ),
    ),
    form({
      content: textField({
        name: "reason",
        label: "Reason, or the key's label",
        hint: "Kept in the audit log. Typing the label says: yes, this key.",
        required: true,
        attributes: { maxlength: 256 },
      }),
      submit: "Revoke key",
      look: "danger",
      cancel: dialog.close,
      send: async (values) => {
        await call("POST", `${screen.base}/api-keys/${key.keyID}/revoke`, { body: { reason: values.text("reason") } });
        dialog.close();
        toast(`“${key.label}” is revoked.`);
        await screen.refresh();
      },
    }),
  ]);
}
