// @ts-check
/** The signed-in page around a view: menu, banner of keys to claim, and the view itself. */

import { find, h, icon, replace, template } from "./lib/dom.js";
import { released } from "./lib/press.js";
import { address } from "./lib/router.js";
import { ago } from "./lib/time.js";
import { ApiError, get } from "./server/api.js";
import { loadInbox } from "./server/inbox.js";
import { follow, onChange, onConnection } from "./server/live.js";
import { load, memberships, person, signOut } from "./server/session.js";
import { dropDrafts } from "./ui/draft.js";
import { refreshView, showView } from "./ui/screen.js";
import { failed } from "./ui/states.js";
import { toast } from "./ui/toast.js";
import { viewFor } from "./views/index.js";
import { passwordDialog } from "./views/password.js";

/** @import { SessionDistributor as Membership, Summary as Distributor } from "./types/api.d.ts" */
/** @import { Address } from "./lib/router.js" */

/** @type {{ member: Membership, distributor: Distributor } | null} */
let shown = null;
/** @type {string | null} approved keys already announced; null before the first look */
let announced = null;

/**
 * @param {HTMLElement} app
 * @param {Membership} member
 * @param {Address} wanted
 */
export async function showFrame(app, member, wanted) {
  if (!shown || shown.member.distributorID !== member.distributorID || !app.querySelector("#view")) {
    drawFrame(app, member);
    try {
      /** @type {Distributor} */
      const distributor = await get(`/distributors/${member.distributorID}`);
      shown = { member, distributor };
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) await load();
      shown = null;
      if (error instanceof ApiError && error.code === "enrolment_required") {
        const { showEnrolment } = await import("./views/enrol.js");
        showEnrolment(app, async () => showFrame(app, member, wanted));
        return;
      }
      replace(
        find(app, "#view", HTMLElement),
        failed(error, () => dispatchEvent(new HashChangeEvent("hashchange"))),
      );
      return;
    }
    follow(member.distributorID);
  }
  shown.member = member;
  drawMenu(member, wanted);
  void refreshInbox();
  const menu = find(document, "#menu", HTMLElement);
  if (menu.matches(":popover-open")) menu.hidePopover();
  await showView(find(document, "#view", HTMLElement), () => viewFor(wanted), {
    member,
    currency: shown.distributor.currency,
    path: wanted.path,
    query: wanted.query,
  });
}

export function leaveFrame() {
  shown = null;
  announced = null;
  follow("");
}

/**
 * @param {HTMLElement} app
 * @param {Membership} member
 */
function drawFrame(app, member) {
  app.replaceChildren(template("frame"));
  find(app, ".top-name", HTMLElement).textContent = member.name ?? "";
  find(app, ".skip", HTMLElement).addEventListener("click", (event) => {
    event.preventDefault();
    find(app, "#content", HTMLElement).focus();
  });
  drawPerson(app, member);
  drawMenu(member, { distributorID: member.distributorID, path: [], query: new URLSearchParams() });
  onConnection((state) => {
    const text = {
      live: "Live",
      polling: "Asking every few seconds",
      offline: "Offline: this may be out of date",
    }[state];
    const element = document.querySelector(".connection");
    if (!element || element.textContent === text) return;
    element.textContent = text;
    element.setAttribute("data-state", state);
  });
}

/**
 * @param {HTMLElement} app
 * @param {Membership} member
 */
function drawPerson(app, member) {
  const me = person();
  replace(find(app, ".who", HTMLElement), [
    h("bdi", { class: "who-name" }, me.name),
    h("span", { class: "muted small" }, me.login),
  ]);
  replace(find(app, ".who-actions", HTMLElement), [
    h(
      "button",
      { type: "button", class: "quiet small", id: "change-password", click: passwordDialog },
      "Change password",
    ),
    h(
      "button",
      {
        type: "button",
        class: "quiet small",
        id: "factors",
        click: async () => (await import("./views/factors.js")).factorsDialog(),
      },
      "Sign-in security",
    ),
    h(
      "button",
      {
        type: "button",
        class: "quiet small",
        id: "join",
        click: async () => (await import("./views/memberships.js")).joinDialog(),
      },
      "Join a distributor",
    ),
    h(
      "button",
      {
        type: "button",
        class: "quiet small",
        id: "leave",
        click: async () => (await import("./views/memberships.js")).leaveDialog(member),
      },
      "Leave this distributor",
    ),
    h("button", { type: "button", class: "quiet small", click: leave }, "Sign out"),
  ]);
}

async function leave() {
  try {
    await signOut();
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 401)) {
      toast(error instanceof ApiError ? error.message : "Signing out failed.", "danger");
      return;
    }
  }
  dropDrafts();
  // A fresh document keeps nothing of this session in memory.
  location.replace("/");
}

/**
 * @param {Membership} member
 * @param {Address} wanted
 */
function drawMenu(member, wanted) {
  const id = member.distributorID;
  const here = wanted.path.join("/");
  const entry = (/** @type {string} */ path, /** @type {string} */ label, /** @type {string} */ symbol) =>
    h(
      "li",
      {},
      h(
        "a",
        {
          href: address(id, path),
          id: `menu-${symbol}`,
          "aria-current": here === path || here.startsWith(`${path}/`) ? "page" : false,
        },
        icon(symbol),
        h("span", {}, label),
        symbol === "inbox" && h("span", { class: "count", id: "inbox-count", hidden: true }),
      ),
    );
  const countBefore = document.querySelector("#inbox-count")?.textContent ?? "";
  replace(find(document, ".side nav", HTMLElement), [
    h(
      "ul",
      {},
      entry("overview", "Overview", "overview"),
      entry("approvals", "Approvals", "inbox"),
      entry("operations", "Operations", "operations"),
      entry("statements", "Statements", "statements"),
      entry("cashouts", "Cash-outs", "cash"),
    ),
    h("h2", { class: "menu-title" }, "Settings"),
    h(
      "ul",
      {},
      entry("settings/api-keys", "API Keys", "key"),
      entry("settings/webhooks", "Webhooks", "webhook"),
      entry("users", "Users and roles", "users"),
      entry("audit", "Audit log", "audit"),
      entry("settings/distributor", "Distributor", "settings"),
    ),
  ]);
  showCount(countBefore);
  const others = memberships().filter((one) => one.distributorID !== id);
  replace(find(document, ".distributor", HTMLElement), [
    h("bdi", { class: "distributor-name" }, member.name ?? "Does not answer at present"),
    h("span", { class: "muted small" }, member.roles.join(", ")),
    others.length > 0 &&
      h(
        "details",
        { id: "other-distributors" },
        h("summary", {}, "Switch distributor"),
        h(
          "ul",
          { class: "plain" },
          others.map((one) =>
            h("li", {}, h("a", { href: address(one.distributorID, "overview") }, one.name ?? "Another distributor")),
          ),
        ),
      ),
  ]);
}

/** @param {string} text */
function showCount(text) {
  const count = document.querySelector("#inbox-count");
  if (!(count instanceof HTMLElement)) return;
  count.textContent = text;
  count.hidden = text === "";
}

/** The number beside "Approvals", and the banner for approved keys that wait to be claimed. */
async function refreshInbox() {
  if (!shown) return;
  const { member } = shown;
  try {
    const { toDecide, toClaim, more } = await loadInbox(member);
    showCount(toDecide.length > 0 ? `${toDecide.length}${more ? "+" : ""}` : "");
    await released();
    drawBanner(member, toClaim);
  } catch {
    // The view itself reports the error; a missing number here is not worth a second message.
    showCount("");
  }
}

/**
 * @param {Membership} member
 * @param {import("./types/api.d.ts").Key[]} keys
 */
function drawBanner(member, keys) {
  const banner = document.querySelector("#banner");
  if (!(banner instanceof HTMLElement)) return;
  const state = keys.map((key) => key.keyID).join();
  if (state === announced && banner.childElementCount === keys.length) return;
  replace(
    banner,
    keys.map((key) =>
      h(
        "div",
        { class: "note note-success" },
        icon("key"),
        h(
          "p",
          {},
          "Your key ",
          h("bdi", { class: "strong" }, key.label),
          " was approved",
          key.checkerName ? [" by ", h("bdi", {}, key.checkerName)] : "",
          " ",
          key.decidedAt && ago(key.decidedAt),
          ". Claim it within 24 hours of that.",
        ),
        h(
          "button",
          {
            type: "button",
            class: "primary",
            id: `claim-${key.keyID}`,
            click: async () => {
              const { claimKey } = await import("./views/key-claim.js");
              claimKey(key, member);
            },
          },
          "Claim key",
        ),
      ),
    ),
  );
  if (announced !== null && state !== announced && keys[0])
    toast(`Approved: you can claim the key “${keys[0].label}” now.`);
  announced = state;
}

onChange(() => {
  void refreshInbox();
  void refreshView();
});
