// @ts-check
/** Users and roles: who may do what, and changing it. */

import { call, get } from "../server/api.js";
import { h, icon } from "../lib/dom.js";
import { go } from "../lib/router.js";
import { holds, person } from "../server/session.js";
import { ago } from "../lib/time.js";
import { once } from "../ui/act.js";
import { ask, openDialog } from "../ui/dialog.js";
import { form } from "../ui/form.js";
import { badge, head, typed } from "../ui/parts.js";
import { explain, note } from "../ui/states.js";
import { toast } from "../ui/toast.js";
import { showHalf } from "./password-half.js";
import { roleChoices } from "./role-choices.js";
import { roleWords } from "./subject.js";

/** @typedef {import("../types.js").User} User */
/** @typedef {import("../types.js").Role} Role */
/** @typedef {import("../ui/screen.js").Screen} Screen */
/** @typedef {import("../ui/screen.js").View} View */

/** @type {View} */
export const users = {
  title: "Users and roles",
  load: (screen) => get(`${screen.base}/users?limit=1000`, screen.signal),
  render: (/** @type {import("../types.js").Page<User>} */ page, screen) => [
    head("Users and roles", "What adds rights needs two people. What takes them away needs one and works at once.",
      holds(screen.member, "admin") && h("a", { class: "button primary", id: "new-user", href: screen.link("users/new") }, icon("plus"), "New user")),
    h("ul", { class: "rows" }, page.items.map((one) => userRow(one, screen))),
  ],
};

/** @param {User} one */
function isDisabled(one) {
  return one.disabled === true || one.status === "disabled";
}

/**
 * @param {User} one
 * @param {Screen} screen
 */
function userRow(one, screen) {
  const me = one.userID === person().userID;
  return h("li", { class: "row" },
    h("div", { class: "row-main" },
      h("p", { class: "row-title" }, typed(one.name), me && h("span", { class: "muted" }, " (you)")),
      h("p", { class: "muted small" }, typed(one.login), one.lastSignInAt && [" · last signed in ", ago(one.lastSignInAt)])),
    h("div", { class: "row-middle" }, isDisabled(one) ? badge("disabled") : h("p", {}, roleWords(one.roles))),
    h("div", { class: "row-side row-actions" }, holds(screen.member, "admin") && actions(one, screen)));
}

/**
 * @param {User} one
 * @param {Screen} screen
 */
function actions(one, screen) {
  const named = (/** @type {string} */ what) => `${what} ${one.name}`;
  return [
    h("button", { type: "button", class: "quiet small", id: `roles-${one.userID}`, "aria-label": named("Change roles of"), click: () => changeRoles(one, screen) }, "Roles"),
    h("button", { type: "button", class: "quiet small", id: `reset-${one.userID}`, "aria-label": named("Reset password of"), click: () => resetPassword(one, screen) }, "Reset password"),
    isDisabled(one)
      ? h("button", { type: "button", class: "quiet small", id: `disabled-${one.userID}`, "aria-label": named("Enable"), click: once(() => enable(one, screen)) }, "Enable")
      : h("button", { type: "button", class: "quiet small danger-text", id: `disabled-${one.userID}`, "aria-label": named("Disable"), click: () => disable(one, screen) }, "Disable"),
  ];
}

/**
 * A change either happened at once, or became a request that another person decides.
 * @param {any} answer
 * @param {string} atOnce
 * @param {Screen} screen
 */
async function follow(answer, atOnce, screen) {
  const approvalID = answer?.approvalID ?? answer?.approval?.approvalID;
  if (typeof approvalID !== "string") {
    toast(atOnce);
    await screen.refresh();
    return;
  }
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
    h("p", {}, "Roles of ", typed(one.name, "strong"), ". Taking one away works at once and lapses their open requests and unclaimed keys. Adding one waits for another person's approval."),
    form({
      content: roleChoices(one.roles),
      submit: "Change roles",
      cancel: dialog.close,
      send: async (values) => {
        const answer = await call("PATCH", `${screen.base}/users/${one.userID}`, { body: { roles: values.chosen("roles") } });
        dialog.close();
        await follow(answer, "Roles changed.", screen);
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
    note("warning", h("p", {}, typed(one.name, "strong"), " is signed out and can't come in again. Their open requests and unclaimed keys lapse."),
      h("p", {}, "Keys they claimed go on working, and they may still know them: look at their keys next.")),
    form({
      content: null,
      submit: "Disable",
      look: "danger",
      cancel: dialog.close,
      send: async () => {
        const answer = await call("PATCH", `${screen.base}/users/${one.userID}`, { body: { disabled: true } });
        dialog.close();
        await follow(answer, `${one.name} is disabled.`, screen);
      },
    }),
  ]);
}

/**
 * @param {User} one
 * @param {Screen} screen
 */
async function enable(one, screen) {
  await follow(await call("PATCH", `${screen.base}/users/${one.userID}`, { body: { disabled: false } }), `${one.name} is enabled.`, screen);
}

/**
 * @param {User} one
 * @param {Screen} screen
 */
async function resetPassword(one, screen) {
  const sure = await ask({
    title: "Reset the password?",
    content: h("p", {}, "Another person approves it. You see one half of a new password now, they see the other; ", typed(one.name, "strong"), " needs both."),
    yes: "Ask for a reset",
  });
  if (!sure) return;
  try {
    const answer = await call("POST", `${screen.base}/users/${one.userID}/reset-password`);
    if (typeof answer?.passwordHalf === "string") await showHalf("first", answer.passwordHalf, one.name);
    await follow(answer, "Password reset.", screen);
  } catch (error) {
    toast(explain(error), "danger");
  }
}
