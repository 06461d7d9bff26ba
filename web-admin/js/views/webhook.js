// @ts-check
/** One webhook: its settings, its secret, how to verify, and the log of its deliveries. */

import { h } from "../lib/dom.js";
import { go } from "../lib/router.js";
import { ago, moment } from "../lib/time.js";
import { call, get } from "../server/api.js";
import { holds, isMe } from "../server/session.js";
import { once } from "../ui/act.js";
import { moreList } from "../ui/more.js";
import { badge, details, head, typed, up } from "../ui/parts.js";
import { showSecrets } from "../ui/secret.js";
import { empty, explain, note } from "../ui/states.js";
import { toast } from "../ui/toast.js";
import { askReason } from "./reason.js";

/** @import { Page } from "../server/api.js" */
/** @import { ClaimedWebhookSecret, Webhook, WebhookDelivery, WebhookRequested } from "../types/api.d.ts" */
/** @import { Screen, View } from "../ui/screen.js" */

/** @typedef {{ one: Webhook, deliveries: Page<WebhookDelivery> }} Data */

/** @type {View<Data>} */
export const webhook = {
  title: "Webhook",
  load: async (screen) => {
    const path = pathOf(screen);
    const [one, deliveries] = await Promise.all([
      /** @type {Promise<Webhook>} */ (get(path, screen.signal)),
      /** @type {Promise<Page<WebhookDelivery>>} */ (get(`${path}/deliveries?limit=25`, screen.signal)),
    ]);
    return { one, deliveries };
  },
  render: ({ one, deliveries }, screen) => [
    up(screen.link("settings/webhooks"), "Webhooks"),
    head("Webhook", typed(one.url), badge(one.status)),
    state(one, screen),
    h("section", { class: "card" }, h("h2", {}, "Settings"), settings(one), actions(one, screen)),
    one.status === "active" && verifying(),
    h(
      "section",
      { class: "card", "aria-labelledby": "deliveries" },
      h("h2", { id: "deliveries" }, "Deliveries"),
      ...moreList({
        items: deliveries.items,
        nextCursor: deliveries.nextCursor,
        more: (cursor) =>
          get(`${pathOf(screen)}/deliveries?limit=25&cursor=${encodeURIComponent(cursor)}`, screen.signal),
        row: (delivery) => deliveryRow(delivery, one, screen),
        empty: empty("Nothing sent yet", "The last 1,000 messages appear here, with every attempt."),
      }),
    ),
  ],
};

/** @param {Screen} screen */
function pathOf(screen) {
  return `${screen.base}/webhooks/${encodeURIComponent(screen.path[2] ?? "")}`;
}

/**
 * @param {Webhook} one
 * @param {Screen} screen
 */
function state(one, screen) {
  if (one.claim) {
    const mine = isMe(one.claim.claimantID);
    return note(
      "warning",
      h(
        "p",
        {},
        mine ? "Your secret waits until " : ["A secret waits for ", typed(one.claim.claimantName), " until "],
        moment(one.claim.until),
        ".",
      ),
      mine &&
        h(
          "button",
          { type: "button", class: "primary", id: "claim-secret", click: once(() => claim(screen)) },
          "Show the secret",
        ),
    );
  }
  if (one.status === "pending") {
    return note(
      "info",
      h(
        "p",
        {},
        "A checker decides. ",
        h("a", { href: screen.link(`approvals/${one.approvalID}`) }, "Go to the request"),
      ),
    );
  }
  if (one.status === "disabled" && one.disabledAt) {
    return note(
      "danger",
      h(
        "p",
        {},
        "Disabled ",
        ago(one.disabledAt),
        ": ",
        typed(one.reason ?? ""),
        " Messages wait until it is enabled.",
      ),
    );
  }
  if (one.failingSince) {
    return note(
      "warning",
      h(
        "p",
        {},
        "Messages have failed since ",
        moment(one.failingSince),
        ". After five days of failures it is disabled.",
      ),
    );
  }
  return null;
}

/** @param {Webhook} one */
function settings(one) {
  return details([
    ["URL", h("span", { class: "wrap" }, typed(one.url))],
    ["Messages", one.events.join(", ")],
    ["Description", one.description && typed(one.description)],
    ["Asked for by", typed(one.makerName)],
    ["Approved by", one.checkerName && typed(one.checkerName)],
    ["Old secret signs until", one.secretsUntil.length > 0 && one.secretsUntil.map((until) => moment(until))],
    ["Webhook ID", h("code", { class: "wrap" }, one.webhookID)],
  ]);
}

/**
 * @param {Webhook} one
 * @param {Screen} screen
 */
function actions(one, screen) {
  const maker = holds(screen.member, "maker");
  const active = one.status === "active";
  const used = active || one.status === "disabled";
  const button = (
    /** @type {string} */ id,
    /** @type {string} */ label,
    /** @type {(event: Event) => unknown} */ act,
    look = "",
  ) => h("button", { type: "button", class: look, id, click: act }, label);
  return h(
    "div",
    { class: "actions" },
    active &&
      (maker || holds(screen.member, "admin")) &&
      button(
        "test-webhook",
        "Send a test",
        once(() => test(screen)),
      ),
    used &&
      maker &&
      button(
        "rotate-secret",
        "New secret",
        once(() => request(screen, "rotate-secret")),
      ),
    one.status === "disabled" &&
      maker &&
      button(
        "enable-webhook",
        "Enable",
        once(() => request(screen, "enable")),
      ),
    active &&
      !screen.member.roles.every((role) => role === "viewer") &&
      button("disable-webhook", "Disable", () => disable(screen), "danger-text"),
  );
}

/** @param {Screen} screen */
async function claim(screen) {
  try {
    /** @type {ClaimedWebhookSecret} */
    const { secret } = await call("POST", `${pathOf(screen)}/claim`);
    await showSecrets({
      title: "The secret of this webhook",
      before: note(
        "warning",
        h("p", {}, "This is the only time you see it. Your receiver needs it to tell our messages from others'."),
      ),
      secrets: [{ name: "Secret", text: secret }],
      after: h("p", { class: "muted small" }, "Lost it? Ask for a new secret here."),
      warning: "You have not copied the secret, and it can't be shown again. Without it you have to ask for a new one.",
    });
  } catch (error) {
    toast(explain(error), "danger");
  }
  await screen.refresh();
}

/** @param {Screen} screen */
async function test(screen) {
  try {
    await call("POST", `${pathOf(screen)}/test`);
    toast("A test is on its way.");
  } catch (error) {
    toast(explain(error), "danger");
  }
  await screen.refresh();
}

/**
 * @param {Screen} screen
 * @param {"rotate-secret" | "enable"} act
 */
async function request(screen, act) {
  try {
    /** @type {WebhookRequested} */
    const { approvalID } = await call("POST", `${pathOf(screen)}/${act}`);
    toast("Sent. A checker decides now.");
    go(screen.link(`approvals/${approvalID}`));
  } catch (error) {
    toast(explain(error), "danger");
  }
}

/** @param {Screen} screen */
function disable(screen) {
  askReason({
    title: "Disable this webhook?",
    text: "Nothing more is sent from this moment. Messages wait; enabling it again needs two people.",
    submit: "Disable",
    send: async (reason) => {
      await call("POST", `${pathOf(screen)}/disable`, { body: { reason } });
      toast("The webhook is disabled.");
      await screen.refresh();
    },
  });
}

const RUST = `use universal_wallet_sdk::Timestamp;
use universal_wallet_sdk::webhook::Verifier;

let message = Verifier::new(secret.parse()?)
    .verify(|name| headers.get(name)?.to_str().ok(), &body, Timestamp::now())?;`;

const JAVASCRIPT = `import { Webhook } from "standardwebhooks";

const message = new Webhook(secret).verify(body, request.headers);`;

function verifying() {
  return h(
    "details",
    { class: "card explained", id: "verifying" },
    h("summary", {}, "How a receiver verifies"),
    h(
      "p",
      {},
      "Each message carries ",
      h("code", {}, "webhook-id"),
      ", ",
      h("code", {}, "webhook-timestamp"),
      " and ",
      h("code", {}, "webhook-signature"),
      ", by Standard Webhooks. Verify the body's bytes before reading them, and answer 2xx within 15 seconds.",
    ),
    h("h3", {}, "JavaScript"),
    h("pre", { class: "code", tabindex: 0 }, h("code", {}, JAVASCRIPT)),
    h("h3", {}, "Rust"),
    h("pre", { class: "code", tabindex: 0 }, h("code", {}, RUST)),
  );
}

/** @type {Record<WebhookDelivery["state"], string>} */
const STATES = { waiting: "Waiting", delivered: "Delivered", failed: "Given up" };

/**
 * @param {WebhookDelivery} delivery
 * @param {Webhook} one
 * @param {Screen} screen
 */
function deliveryRow(delivery, one, screen) {
  const last = delivery.attempts.at(-1);
  const may = one.status === "active" && (holds(screen.member, "maker") || holds(screen.member, "admin"));
  return h(
    "li",
    { class: "row row-stacked" },
    h(
      "div",
      { class: "row-main" },
      h("p", { class: "row-title" }, delivery.type),
      h("p", { class: "muted small wrap" }, h("code", {}, delivery.messageID)),
      last?.error && h("p", { class: "small wrap" }, typed(last.error)),
    ),
    h(
      "div",
      { class: "row-middle" },
      h("p", {}, STATES[delivery.state]),
      last &&
        h(
          "p",
          { class: "muted small" },
          last.status === null ? "No answer" : `HTTP ${last.status}`,
          ` in ${last.durationMs} ms, `,
          ago(last.at),
          delivery.attempts.length > 1 && `, attempt ${delivery.attempts.length}`,
        ),
      delivery.nextAttemptAt && h("p", { class: "muted small" }, "Next try ", ago(delivery.nextAttemptAt)),
    ),
    h(
      "div",
      { class: "row-side" },
      may &&
        h(
          "button",
          {
            type: "button",
            class: "quiet small",
            id: `resend-${delivery.deliveryID}`,
            "aria-label": `Send again: ${delivery.type}`,
            click: once(() => resend(delivery, screen)),
          },
          "Send again",
        ),
    ),
  );
}

/**
 * @param {WebhookDelivery} delivery
 * @param {Screen} screen
 */
async function resend(delivery, screen) {
  try {
    await call("POST", `${pathOf(screen)}/deliveries/${delivery.deliveryID}/resend`);
    toast("The same message is on its way again.");
  } catch (error) {
    toast(explain(error), "danger");
  }
  await screen.refresh();
}
