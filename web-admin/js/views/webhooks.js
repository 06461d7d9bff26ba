// @ts-check
/** Webhooks: the endpoints that messages are sent to. */

import { h, icon } from "../lib/dom.js";
import { ago } from "../lib/time.js";
import { counted } from "../lib/words.js";
import { get } from "../server/api.js";
import { holds } from "../server/session.js";
import { moreList } from "../ui/more.js";
import { badge, head, typed } from "../ui/parts.js";
import { empty } from "../ui/states.js";

/** @import { Page } from "../server/api.js" */
/** @import { Webhook } from "../types/api.d.ts" */
/** @import { Screen, View } from "../ui/screen.js" */

/** @type {View<Page<Webhook>>} */
export const webhooks = {
  title: "Webhooks",
  load: (screen) => get(`${screen.base}/webhooks`, screen.signal),
  render: (page, screen) => [
    head(
      "Webhooks",
      "The edge tells your own systems what happens here. A new address needs two people, since data leaves by it.",
      holds(screen.member, "maker") &&
        h(
          "a",
          { class: "button primary", id: "new-webhook", href: screen.link("settings/webhooks/new") },
          icon("plus"),
          "New webhook",
        ),
    ),
    ...moreList({
      items: page.items,
      nextCursor: page.nextCursor,
      more: (cursor) => get(`${screen.base}/webhooks?cursor=${encodeURIComponent(cursor)}`, screen.signal),
      row: (one) => row(one, screen),
      empty: empty("No webhook yet", "Your systems can ask the API, or be told: a webhook tells them."),
    }),
  ],
};

/**
 * @param {Webhook} one
 * @param {Screen} screen
 */
function row(one, screen) {
  return h(
    "li",
    { class: "row row-stacked" },
    h(
      "div",
      { class: "row-main" },
      h(
        "a",
        {
          class: "row-title wrap",
          id: `open-${one.webhookID}`,
          href: screen.link(`settings/webhooks/${one.webhookID}`),
        },
        typed(one.url),
      ),
      h("p", { class: "muted small" }, one.description ? typed(one.description) : `Asked for by ${one.makerName}`),
    ),
    h("div", { class: "row-middle" }, h("p", {}, counted(one.events.length, "type of message", "types of message"))),
    h(
      "div",
      { class: "row-side" },
      badge(one.status),
      one.failingSince && h("p", { class: "small" }, "Failing since ", ago(one.failingSince)),
    ),
  );
}
