// @ts-check
/** Rotating a key: a new one with the same settings, while the old one works on for a while. */

import { h } from "../lib/dom.js";
import { go } from "../lib/router.js";
import { call } from "../server/api.js";
import { openDialog } from "../ui/dialog.js";
import { field } from "../ui/field.js";
import { form } from "../ui/form.js";
import { typed } from "../ui/parts.js";
import { toast } from "../ui/toast.js";

/** @import { Key, KeyRotation } from "../types/api.d.ts" */
/** @import { Screen } from "../ui/screen.js" */

/**
 * @param {Key} key
 * @param {Screen} screen
 */
export function rotateKey(key, screen) {
  const dialog = openDialog({ title: "Rotate this key" });
  dialog.show([
    h(
      "p",
      {},
      "You ask for a new key with the settings of ",
      typed(key.label, "strong"),
      ". A checker grants it, you claim it and put it into your software; then the old one ends.",
    ),
    h("p", { class: "muted" }, "Both share one daily limit while both work."),
    form({
      content: field({
        name: "overlapHours",
        label: "Hours the old key works on",
        hint: "From 0 to 168, counted from when you claim the new one.",
        type: "number",
        required: true,
        value: "24",
        attributes: { min: 0, max: 168, step: 1, inputmode: "numeric", class: "short" },
      }),
      submit: "Send to a checker",
      cancel: dialog.close,
      send: async (values, idempotencyKey) => {
        /** @type {KeyRotation} */
        const body = { overlapHours: Number(values.text("overlapHours")) };
        /** @type {Key} */
        const fresh = await call("POST", `${screen.base}/api-keys/${key.keyID}/rotate`, {
          body,
          idempotencyKey: idempotencyKey(body),
        });
        dialog.close();
        toast("Sent. A checker decides now; this page tells you when.");
        go(screen.link(`approvals/${fresh.approvalID}`));
      },
    }),
  ]);
}
