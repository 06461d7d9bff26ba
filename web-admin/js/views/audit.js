// @ts-check
/** The audit log: everything that happened, each entry sealed by the hash of the one before. */

import { h } from "../lib/dom.js";
import { ago, moment } from "../lib/time.js";
import { counted } from "../lib/words.js";
import { get, withQuery } from "../server/api.js";
import { once } from "../ui/act.js";
import { moreList } from "../ui/more.js";
import { details, head, typed } from "../ui/parts.js";
import { empty, note } from "../ui/states.js";

/** @import { Page } from "../server/api.js" */
/** @import { Child } from "../lib/dom.js" */
/** @import { AuditEntry, Verified } from "../types/api.d.ts" */
/** @import { Screen, View } from "../ui/screen.js" */

const PAGE = 50;

/** @type {View<Page<AuditEntry>>} */
export const audit = {
  title: "Audit log",
  load: (screen) => get(`${screen.base}/audit?limit=${PAGE}`, screen.signal),
  render: (page, screen) => {
    const result = h("div", { id: "verification", role: "status" });
    return [
      head(
        "Audit log",
        "Who did what, and when. Entries are chained: changing, removing or adding one in the past breaks the chain.",
        h(
          "button",
          {
            type: "button",
            class: "primary",
            id: "verify",
            click: once(async () => {
              result.replaceChildren(note("info", h("p", {}, "Checking every entry…")));
              try {
                result.replaceChildren(verdict(await verify(screen)));
              } catch (error) {
                result.replaceChildren();
                throw error;
              }
            }),
          },
          "Verify the chain",
        ),
      ),
      result,
      moreList({
        items: page.items,
        nextCursor: page.nextCursor,
        more: (cursor) => get(withQuery(`${screen.base}/audit`, { limit: PAGE, cursor })),
        row: (entry) => auditRow(entry, screen),
        empty: empty("Nothing yet", "The first act of a person or a key appears here."),
      }),
    ];
  },
};

/**
 * The server verifies a part of the chain per call; this continues to its end or first break.
 * @param {Screen} screen
 * @returns {Promise<Verified>}
 */
async function verify(screen) {
  let from = "";
  for (;;) {
    /** @type {Verified} */
    const part = await get(withQuery(`${screen.base}/audit/verify`, { from }));
    if (!part.valid || !part.nextFrom) return part;
    from = String(part.nextFrom);
  }
}

/** @param {Verified} result */
function verdict(result) {
  if (!result.valid) {
    return note(
      "danger",
      h("p", {}, h("strong", {}, "The chain is broken"), result.brokenAt ? ` at entry ${result.brokenAt}` : "", "."),
      h("p", {}, "Somebody or something changed what was recorded. Stop relying on this log and tell the issuer now."),
    );
  }
  return note(
    "success",
    h("p", {}, h("strong", {}, "The chain is whole"), `: ${counted(result.entries, "entry", "entries")} checked.`),
    result.anchoredAt
      ? h(
          "p",
          {},
          `The issuer keeps a seal of the first ${counted(result.anchoredEntries ?? 0, "entry", "entries")}, taken `,
          ago(result.anchoredAt),
          ".",
        )
      : h("p", {}, "The issuer hasn't taken a seal of it yet; that happens every hour."),
    h("p", { class: "small" }, "Last hash ", h("code", { class: "wrap" }, result.head)),
  );
}

/** @type {Record<string, string>} */
const ACTS = {
  "distributor.created": "created the distributor",
  "distributor.suspended": "suspended the distributor",
  "distributor.resumed": "resumed the distributor",
  "float.topped-up": "topped up the float",
  "float.redeemed": "paid out float",
  "float.low": "noticed that the float is low",
  "user.requested": "asked for a user",
  "user.created": "added a user",
  "user.grant-requested": "asked for more rights for a user",
  "user.granted": "gave a user more rights",
  "user.reset-requested": "asked to reset a password",
  "user.reset": "reset a password",
  "user.factor-enrolled": "set up a second factor",
  "user.factor-removed": "removed a second factor",
  "user.recovery-code-used": "used a recovery code",
  "user.recovery-codes-made": "made new recovery codes",
  "user.factor-failed": "failed to prove the second factor",
  "user.passkey-copy-suspected": "used a passkey that may have been copied",
  "settings.requested": "asked to make the second factor optional",
  "settings.changed": "changed the settings",
  "settings.rejected": "rejected a change of the settings",
  "settings.withdrawn": "withdrew a change of the settings",
  "settings.lapsed": "let a change of the settings lapse",
  "user.rejected": "rejected a change of a user",
  "user.withdrawn": "withdrew a change of a user",
  "user.lapsed": "lapsed a change of a user that nobody decided",
  "user.tightened": "took rights from a user",
  "api-key.requested": "asked for an API key",
  "api-key.approved": "approved an API key",
  "api-key.rejected": "rejected an API key",
  "api-key.withdrawn": "withdrew a request for an API key",
  "api-key.claimed": "claimed an API key",
  "api-key.rotation-requested": "asked to rotate an API key",
  "api-key.refused": "saw refused calls with an API key",
  "api-key.new-address": "saw an API key used from a new address",
  "api-key.replaced": "replaced an API key",
  "api-key.revoked": "revoked an API key",
  "api-key.tightened": "tightened an API key",
  "api-key.expired": "ended an API key that expired",
  "api-key.lapsed": "lapsed a key that nobody decided or claimed in time",
  "operation.created": "asked for an operation",
  "operation.approved": "approved an operation",
  "operation.rejected": "rejected an operation",
  "operation.expired": "ended an operation that nobody decided",
  "operation.returned": "gave back what an operation held",
  "operation.captured": "credited a cash-out to the float",
  "cash-out.requested": "passed on a customer's cash-out request",
  "cash-out.cancelled": "cancelled a cash-out request",
  "cash-out.expired": "ended a cash-out request",
};

/**
 * Link to the page of the key or operation that an entry is about.
 * @param {string} subject
 * @param {Screen} screen
 */
function subjectLink(subject, screen) {
  const path = subject.startsWith("key_")
    ? `settings/api-keys/${subject}`
    : subject.startsWith("op_")
      ? `operations/${subject}`
      : subject.startsWith("whk_")
        ? `settings/webhooks/${subject}`
        : "";
  return path ? h("a", { href: screen.link(path) }, "open") : null;
}

/**
 * The acting party. The generated type has no `type` for a person, since openapi-typescript drops members beside a `$ref`.
 * @typedef {{ type: "user" | "key", name: string } | { type: "issuer" | "system" }} Actor
 */

/** @param {Actor} actor */
function actorWords(actor) {
  switch (actor.type) {
    case "user":
      return typed(actor.name, "strong");
    case "key":
      return ["Key ", typed(actor.name, "strong")];
    case "issuer":
      return h("span", { class: "strong" }, "The issuer");
    default:
      return h("span", { class: "strong" }, "The system");
  }
}

/**
 * @param {AuditEntry} entry
 * @param {Screen} screen
 */
function auditRow(entry, screen) {
  return h(
    "li",
    { class: "row row-audit" },
    h(
      "div",
      { class: "row-main" },
      h("p", {}, actorWords(/** @type {Actor} */ (entry.actor)), " ", ACTS[entry.kind] ?? entry.kind),
      h(
        "details",
        { id: `entry-${entry.sequenceNumber}` },
        h("summary", { class: "muted small" }, "Details"),
        details(
          [
            ["When", moment(entry.at)],
            ["What", h("code", {}, entry.kind)],
            ["About", [h("code", { class: "wrap" }, entry.subject), " ", subjectLink(entry.subject, screen)]],
            ...Object.entries(entry.details).map(
              ([name, value]) =>
                /** @type {[string, Child]} */ ([
                  name,
                  h("span", { class: "wrap" }, typed(typeof value === "string" ? value : JSON.stringify(value))),
                ]),
            ),
            ["Hash", h("code", { class: "wrap" }, entry.hash)],
          ],
          "small",
        ),
      ),
    ),
    h("div", { class: "row-side muted small" }, h("span", {}, `#${entry.sequenceNumber}`), ago(entry.at)),
  );
}
