// @ts-check
/** New webhook: a maker asks, a checker approves, the maker claims the secret. */

import { h } from "../lib/dom.js";
import { go } from "../lib/router.js";
import { call } from "../server/api.js";
import { holds } from "../server/session.js";
import { choices, field } from "../ui/field.js";
import { form } from "../ui/form.js";
import { head, up } from "../ui/parts.js";
import { note } from "../ui/states.js";
import { toast } from "../ui/toast.js";

/** @import { EventType, NewWebhook, Webhook } from "../types/api.d.ts" */
/** @import { Screen, View } from "../ui/screen.js" */

/** @type {[EventType, string][]} the types of messages, each explained */
export const EVENTS = [
  ["operation.created", "An operation was made."],
  ["operation.processing", "It is decided; the money is on its way."],
  ["operation.completed", "The money arrived."],
  ["operation.rejected", "It was rejected or withdrawn."],
  ["operation.expired", "Nobody decided it in time."],
  ["operation.failed", "The wallet was full; the money is back in the float."],
  ["cash-out.requested", "A customer wants to be paid out."],
  ["cash-out.cancelled", "The customer changed their mind."],
  ["cash-out.expired", "Nobody took the request in time."],
  ["approval.requested", "A request waits for a checker."],
  ["approval.decided", "A request was decided, withdrawn or expired."],
  ["api-key.issued", "A key was claimed by its maker."],
  ["api-key.revoked", "A key was revoked."],
  ["api-key.expiring", "A key ends in seven days."],
  ["api-key.expired", "A key ended."],
  ["float.low", "The available float is low."],
  ["float.topped-up", "The issuer topped up the float."],
  ["float.redeemed", "Float was paid out to your bank."],
];

/** The types that a new webhook begins with. */
const USUAL = ["operation.completed", "operation.rejected", "operation.expired", "operation.failed"];

/** @type {View<null>} */
export const webhookNew = {
  title: "New webhook",
  still: true,
  load: async () => null,
  render: (_, screen) => [
    up(screen.link("settings/webhooks"), "Webhooks"),
    head("New webhook", "You ask, a checker approves, and then you claim the secret that your receiver verifies with."),
    holds(screen.member, "maker")
      ? h("div", { class: "card narrow" }, newForm(screen))
      : note("info", h("p", {}, "Only a maker can ask for a webhook.")),
  ],
};

/** @param {Screen} screen */
function newForm(screen) {
  return form({
    content: [
      field({
        name: "url",
        label: "URL",
        hint: "https and a public host name. Messages are signed, so no password belongs here.",
        required: true,
        attributes: { maxlength: 2048, inputmode: "url", autocapitalize: "none", spellcheck: "false" },
      }),
      field({ name: "description", label: "Description", attributes: { maxlength: 256 } }),
      choices({
        name: "events",
        legend: "Messages",
        hint: "Choose what the receiver needs, and no more: each message shows the whole object.",
        choices: EVENTS.map(([value, text]) => ({ value, label: value, text, checked: USUAL.includes(value) })),
      }),
    ],
    submit: "Ask for this webhook",
    draft: true,
    cancel: () => go(screen.link("settings/webhooks")),
    check: (values) =>
      values.chosen("events").length === 0 ? [{ name: "events", message: "Choose at least one." }] : [],
    send: async (values, idempotencyKey) => {
      /** @type {NewWebhook} */
      const body = {
        url: values.text("url"),
        events: /** @type {EventType[]} */ (values.chosen("events")),
        description: values.text("description") || null,
      };
      /** @type {Webhook} */
      const made = await call("POST", `${screen.base}/webhooks`, { body, idempotencyKey: idempotencyKey(body) });
      toast("Sent. A checker decides now.");
      go(screen.link(`settings/webhooks/${made.webhookID}`));
    },
  });
}
