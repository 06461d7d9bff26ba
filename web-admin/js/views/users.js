// @ts-check
/** Users and roles: list, change of roles, disabling, reset of a password. */

import { h, icon } from "../lib/dom.js";
import { go } from "../lib/router.js";
import { call, get } from "../server/api.js";
import { holds, isMe } from "../server/session.js";
import { once } from "../ui/act.js";
import { ask, openDialog } from "../ui/dialog.js";
import { form } from "../ui/form.js";
import { badge, head, typed } from "../ui/parts.js";
import { explain, note } from "../ui/states.js";
import { toast } from "../ui/toast.js";
import { showHalf } from "./password-half.js";
import { roleChoices } from "./role-choices.js";
import { roleWords } from "./subject.js";

/** @import { Page } from "../server/api.js" */
/** @import { Role, User, UserChange, UserChanged, UserRequested } from "../types/api.d.ts" */
/** @import { Screen, View } from "../ui/screen.js" */

/** @type {View<Page<User>>} */
export const users = {
  title: "Users and roles",
  load: (screen) => get(`${screen.base}/users?limit=1000`, screen.signal),
  render: (page, screen) => [
    head(
      "Users and roles",
      "What adds rights needs two people. What takes them away needs one and works at once.",
      holds(screen.member, "admin") &&
        h("a", { class: "button primary", id: "new-user", href: screen.link("users/new") }, icon("plus"), "New user"),
    ),
    h(
      "ul",
      { class: "rows" },
      page.items.map((one) => userRow(one, screen)),
    ),
  ],
};

/**
 * @param {User} one
 * @param {Screen} screen
 */
function userRow(one, screen) {
  const me = isMe(one.userID);
  return h(
    "li",
    { class: "row" },
    h(
      "div",
      { class: "row-main" },
      h("p", { class: "row-title" }, typed(one.name), me && h("span", { class: "muted" }, " (you)")),
      h("p", { class: "muted small" }, typed(one.login)),
    ),
    h("div", { class: "row-middle" }, one.status === "active" ? h("p", {}, roleWords(one.roles)) : badge(one.status)),
    h("div", { class: "row-side row-actions" }, holds(screen.member, "admin") && actions(one, screen)),
  );
}

/**
 * @param {User} one
 * @param {Screen} screen
 */
function actions(one, screen) {
  const named = (/** @type {string} */ action) => `${action} ${one.name}`;
  return [
    h(
      "button",
      {
        type: "button",
        class: "quiet small",
        id: `roles-${one.userID}`,
        "aria-label": named("Change roles of"),
        click: () => changeRoles(one, screen),
      },
      "Roles",
    ),
    h(
      "button",
      {
        type: "button",
        class: "quiet small",
        id: `reset-${one.userID}`,
        "aria-label": named("Reset password of"),
        click: () => resetPassword(one, screen),
      },
      "Reset password",
    ),
    one.disabled
      ? h(
          "button",
          {
            type: "button",
            class: "quiet small",
            id: `disabled-${one.userID}`,
            "aria-label": named("Enable"),
            click: once(() => enable(one, screen)),
          },
          "Enable",
        )
      : h(
          "button",
          {
            type: "button",
            class: "quiet small danger-text",
            id: `disabled-${one.userID}`,
            "aria-label": named("Disable"),
            click: () => disable(one, screen),
          },
          "Disable",
        ),
  ];
}

/**
 * @param {User} one
 * @param {UserChange} body
 * @param {Screen} screen
 * @returns {Promise<UserChanged>}
 */
function change(one, body, screen) {
  return call("PATCH", `${screen.base}/users/${one.userID}`, { body });
}

/**
 * A change either happened at once, or became a request that another person decides.
 * @param {UserChanged} changed
 * @param {string} atOnce
 * @param {Screen} screen
 */
async function follow({ approvalID }, atOnce, screen) {
  if (approvalID) {
    goToRequest(approvalID, screen);
    return;
  }
  toast(atOnce);
  await screen.refresh();
}

/**
 * @param {string} approvalID
 * @param {Screen} screen
 */
function goToRequest(approvalID, screen) {
  toast("Sent. Another admin or a checker decides now.");
  go(screen.link(`approvals/${approvalID}`));
}

/**
 * @param {User} one
 * @param {Screen} screen
 */
function changeRoles(one, screen) {
  const dialog = openDialog({ title: "Change roles" });
  dialog.show([
    h(
      "p",
      {},
      "Roles of ",
      typed(one.name, "strong"),
      ". Taking one away works at once and lapses their open requests and unclaimed keys. Adding one waits for another person's approval.",
    ),
    form({
      content: roleChoices(one.roles),
      submit: "Change roles",
      cancel: dialog.close,
      send: async (values) => {
        const changed = await change(one, { roles: /** @type {Role[]} */ (values.chosen("roles")) }, screen);
        dialog.close();
        await follow(changed, "Roles changed.", screen);
      },
    }),
  ]);
}

/**
 * @param {User} one
 * @param {Screen} screen
 */
async function disable(one, screen) {
  const dialog = openDialog({ title: "Disable this user?" });
  dialog.show([
    note(
      "warning",
      h(
        "p",
        {},
        typed(one.name, "strong"),
        " is signed out and can't come in again. Their open requests and unclaimed keys lapse.",
      ),
      h("p", {}, "Keys they claimed go on working, and they may still know them: look at their keys next."),
    ),
    form({
      content: null,
      submit: "Disable",
      look: "danger",
      cancel: dialog.close,
      send: async () => {
        const changed = await change(one, { disabled: true }, screen);
        dialog.close();
        await follow(changed, `${one.name} is disabled.`, screen);
      },
    }),
  ]);
}

/**
 * @param {User} one
 * @param {Screen} screen
 */
async function enable(one, screen) {
  await follow(await change(one, { disabled: false }, screen), `${one.name} is enabled.`, screen);
}

/**
 * @param {User} one
 * @param {Screen} screen
 */
async function resetPassword(one, screen) {
  const sure = await ask({
    title: one.status === "invited" ? "Make a new joining code?" : "Reset the password?",
    content: h(
      "p",
      {},
      "Another person approves it, and the old one is void then. You see one half of a new code now, they see the other; ",
      typed(one.name, "strong"),
      " needs both.",
    ),
    yes: "Ask for a reset",
  });
  if (!sure) return;
  try {
    /** @type {UserRequested} */
    const answer = await call("POST", `${screen.base}/users/${one.userID}/reset-password`);
    if (answer.passwordHalf) await showHalf("first", answer.passwordHalf, one.name);
    goToRequest(answer.approvalID, screen);
  } catch (error) {
    toast(explain(error), "danger");
  }
}
