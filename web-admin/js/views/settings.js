// @ts-check
/** Settings of the distributor: the second factor, and when its float is low. */

import { h } from "../lib/dom.js";
import { amountProblem, money, typedAmount } from "../lib/money.js";
import { call, get, withQuery } from "../server/api.js";
import { holds } from "../server/session.js";
import { once } from "../ui/act.js";
import { ask } from "../ui/dialog.js";
import { field } from "../ui/field.js";
import { form } from "../ui/form.js";
import { head } from "../ui/parts.js";
import { note } from "../ui/states.js";
import { toast } from "../ui/toast.js";

/** @import { Approval, DistributorSettings } from "../types/api.d.ts" */
/** @import { Page } from "../server/api.js" */
/** @import { Screen, View } from "../ui/screen.js" */

/**
 * @typedef {object} Data
 * @property {DistributorSettings} settings
 * @property {Approval | undefined} request to make the second factor optional, while it waits
 */

/** @type {View<Data>} */
export const settings = {
  title: "Distributor settings",
  load: async ({ base, signal }) => {
    const open = withQuery(`${base}/approvals`, { status: "pending", kind: "settings.change", limit: 1 });
    const [settings, requests] = await Promise.all([
      /** @type {Promise<DistributorSettings>} */ (get(`${base}/settings`, signal)),
      /** @type {Promise<Page<Approval>>} */ (get(open, signal)),
    ]);
    return { settings, request: requests.items[0] };
  },
  render: (data, screen) => [
    head("Distributor settings", "They hold for everybody of this distributor. An admin changes them."),
    secondFactor(data, screen),
    lowFloat(data.settings, screen),
  ],
};

/**
 * @param {Data} data
 * @param {Screen} screen
 */
function secondFactor({ settings, request }, screen) {
  const required = settings.secondFactor === "required";
  return h(
    "section",
    { class: "card narrow", "aria-labelledby": "second-factor" },
    h("h2", { id: "second-factor" }, "Second factor"),
    h(
      "p",
      {},
      h("strong", {}, required ? "Required." : "Optional."),
      required
        ? " Without a passkey or an authenticator app nobody does anything here."
        : " Whoever has a stolen password acts as its owner. Require one where money moves.",
    ),
    request &&
      note(
        "info",
        h(
          "p",
          {},
          h("bdi", {}, request.makerName),
          " asked to make it optional. ",
          h("a", { href: screen.link(`approvals/${request.approvalID}`) }, "Look at the request"),
        ),
      ),
    holds(screen.member, "admin") &&
      !(required && request) &&
      h(
        "div",
        { class: "actions" },
        required
          ? h("button", { type: "button", id: "optional", click: once(() => askOptional(screen)) }, "Make it optional")
          : h(
              "button",
              { type: "button", id: "require", class: "primary", click: once(() => requireFactor(screen)) },
              "Require a second factor",
            ),
      ),
  );
}

/** @param {Screen} screen */
async function requireFactor(screen) {
  const sure = await ask({
    title: "Require a second factor?",
    content: h(
      "p",
      {},
      "It holds at once: who has none can do nothing here but set one up. To take it back needs a second person.",
    ),
    yes: "Require it",
  });
  if (!sure) return;
  await call("PATCH", `${screen.base}/settings`, { body: { secondFactor: "required" } });
  toast("A second factor is required now.");
  await screen.refresh();
}

/** @param {Screen} screen */
async function askOptional(screen) {
  const sure = await ask({
    title: "Make it optional?",
    content: h("p", {}, "A password alone would do again. A second person, an admin or a checker, has to agree."),
    yes: "Ask for it",
    look: "danger-text",
  });
  if (!sure) return;
  await call("PATCH", `${screen.base}/settings`, { body: { secondFactor: "optional" } });
  toast("Sent. A second person decides now.");
  await screen.refresh();
}

/**
 * @param {DistributorSettings} settings
 * @param {Screen} screen
 */
function lowFloat({ lowFloat }, screen) {
  const about = "When less than this is available, the overview says so, once each time.";
  return h(
    "section",
    { class: "card narrow", "aria-labelledby": "low-float" },
    h("h2", { id: "low-float" }, "Low float"),
    holds(screen.member, "admin")
      ? form({
          content: field({
            name: "lowFloat",
            label: "Warn below",
            hint: `${about} Leave it empty for no warning.`,
            prefix: screen.currency,
            value: lowFloat ?? "",
            clean: typedAmount,
            check: amountProblem,
            attributes: { inputmode: "decimal", maxlength: 24 },
          }),
          submit: "Save",
          send: async ({ text }) => {
            const body = { lowFloat: text("lowFloat") || null };
            await call("PATCH", `${screen.base}/settings`, { body });
            toast(body.lowFloat ? "Saved." : "Saved. There is no warning any more.");
          },
        })
      : [
          h("p", {}, lowFloat ? `Warns below ${money(lowFloat, screen.currency)}.` : "No warning is set."),
          h("p", { class: "muted" }, about),
        ],
  );
}
