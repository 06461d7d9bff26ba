// @ts-check
/** Table of the views by address; each is fetched when it is first needed. */

import { h } from "../lib/dom.js";

/** @import { View } from "../ui/screen.js" */
/** @import { Address } from "../lib/router.js" */

/** @type {[pattern: RegExp, load: () => Promise<View>][]} */
const VIEWS = [
  [/^(overview)?$/, async () => (await import("./overview.js")).overview],
  [/^approvals(\/history)?$/, async () => (await import("./approvals.js")).approvals],
  [/^approvals\/apr_[^/]+$/, async () => (await import("./approval.js")).approval],
  [/^operations$/, async () => (await import("./operations.js")).operations],
  [/^operations\/new\/cash-in$/, async () => (await import("./cash-in.js")).cashIn],
  [/^operations\/op_[^/]+$/, async () => (await import("./operation.js")).operation],
  [/^statements(\/\d{4}-(0[1-9]|1[0-2]))?$/, async () => (await import("./statements.js")).statements],
  [/^statements\/\d{4}-\d{2}-\d{2}$/, async () => (await import("./statement.js")).statement],
  [/^cashouts$/, async () => (await import("./cashouts.js")).cashouts],
  [/^settings\/api-keys(\/active|\/pending|\/history)?$/, async () => (await import("./keys.js")).keys],
  [/^settings\/api-keys\/new$/, async () => (await import("./key-new.js")).keyNew],
  [/^settings\/api-keys\/key_[^/]+$/, async () => (await import("./key.js")).key],
  [/^settings\/distributor$/, async () => (await import("./settings.js")).settings],
  [/^settings\/webhooks$/, async () => (await import("./webhooks.js")).webhooks],
  [/^settings\/webhooks\/new$/, async () => (await import("./webhook-new.js")).webhookNew],
  [/^settings\/webhooks\/whk_[^/]+$/, async () => (await import("./webhook.js")).webhook],
  [/^users$/, async () => (await import("./users.js")).users],
  [/^users\/new$/, async () => (await import("./user-new.js")).userNew],
  [/^audit$/, async () => (await import("./audit.js")).audit],
];

/** @type {View} */
const nowhere = {
  title: "Not here",
  load: async () => null,
  render: (_, screen) => [
    h("h1", {}, "Not here"),
    h("p", {}, "There is nothing at this address. ", h("a", { href: screen.link("overview") }, "Go to the overview")),
  ],
};

/**
 * @param {Address} wanted
 * @returns {Promise<View>}
 */
export async function viewFor({ path }) {
  const text = path.join("/");
  const entry = VIEWS.find(([pattern]) => pattern.test(text));
  return entry ? entry[1]() : nowhere;
}
