// @ts-check
/** Claiming an approved key: it is made at this moment, shown once, and never again. */

import { h } from "../lib/dom.js";
import { ApiError, call } from "../server/api.js";
import { changed } from "../server/live.js";
import { refreshSession } from "../server/session.js";
import { isOutdated, once } from "../ui/act.js";
import { openDialog } from "../ui/dialog.js";
import { typed } from "../ui/parts.js";
import { showSecrets } from "../ui/secret.js";
import { explain, note } from "../ui/states.js";

/** @import { ClaimedKey, Key, SessionDistributor as Membership } from "../types/api.d.ts" */

/**
 * @param {Key} key
 * @param {Membership} member
 */
export function claimKey(key, member) {
  const dialog = openDialog({ title: "Claim your key" });
  const message = h("div", { role: "alert" });
  dialog.show([
    h(
      "p",
      {},
      "The key ",
      typed(key.label, "strong"),
      " is made now and shown once. Nobody can show it again, not even your administrator.",
    ),
    h(
      "p",
      {},
      "Have the place ready where it will be kept: a secret store or your software's settings, not a chat or a mail.",
    ),
    message,
    h(
      "div",
      { class: "actions actions-end" },
      h("button", { type: "button", click: dialog.close }, "Not now"),
      h(
        "button",
        {
          type: "button",
          class: "primary",
          id: "show-key",
          click: once(async () => {
            const secret = await claim(key, member, message);
            if (secret === null) return;
            dialog.close();
            void show(secret, key, member);
          }),
        },
        "Show the key",
      ),
    ),
  ]);
}

/**
 * @param {Key} key
 * @param {Membership} member
 * @param {HTMLElement} message
 * @returns {Promise<string | null>}
 */
async function claim(key, member, message) {
  try {
    /** @type {ClaimedKey} */
    const answer = await call("POST", `/distributors/${member.distributorID}/api-keys/${key.keyID}/claim`);
    return answer.apiKey;
  } catch (error) {
    const lost = error instanceof ApiError && error.outcomeUnknown;
    message.replaceChildren(
      note(
        "danger",
        h("p", {}, explain(error)),
        lost &&
          h(
            "p",
            {},
            "If the key now shows as active, it was made but its answer got lost on the way. Then revoke it and ask for a new one.",
          ),
      ),
    );
    if (isOutdated(error) || (error instanceof ApiError && error.status === 410)) void refreshSession();
    return null;
  }
}

/**
 * @param {string} secret
 * @param {Key} key
 * @param {Membership} member
 */
async function show(secret, key, member) {
  const address = `${location.origin}/api/v1/distributors/${member.distributorID}`;
  const path = key.permissions.includes("read-balance") ? "balance" : "api-key";
  const command = `curl -H "Authorization: Bearer ${secret}" \\\n  ${address}/${path}`;
  await showSecrets({
    title: "Your new API key",
    before: note(
      "warning",
      h(
        "p",
        {},
        "This is the only time you see it. Copy it now and keep it secret: whoever has it can do what ",
        typed(key.label, "strong"),
        " may do.",
      ),
    ),
    secrets: [
      { name: "API key", text: secret },
      { name: "Try it in a terminal", text: command },
    ],
    after: h("p", { class: "muted small" }, "Lost it? Revoke it here and ask for another one."),
    warning:
      "You have not copied the key, and it can't be shown again. Without it you have to revoke it and ask for a new one.",
  });
  changed();
}
