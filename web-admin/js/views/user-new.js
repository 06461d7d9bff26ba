// @ts-check
/** New user: an admin asks, another person approves, and each hands over one half of a joining code. */

import { h } from "../lib/dom.js";
import { go } from "../lib/router.js";
import { call } from "../server/api.js";
import { holds } from "../server/session.js";
import { field } from "../ui/field.js";
import { form } from "../ui/form.js";
import { head, up } from "../ui/parts.js";
import { note } from "../ui/states.js";
import { toast } from "../ui/toast.js";
import { showHalf } from "./password-half.js";
import { roleChoices } from "./role-choices.js";

/** @import { NewUser, Role, UserRequested } from "../types/api.d.ts" */
/** @import { Screen, View } from "../ui/screen.js" */

/** @type {View<null>} */
export const userNew = {
  title: "New user",
  still: true,
  load: async () => null,
  render: (_, screen) => [
    up(screen.link("users"), "Users and roles"),
    head(
      "New user",
      "You ask, another admin or a checker approves. The joining code comes in two halves, one to each of you.",
    ),
    holds(screen.member, "admin")
      ? h("div", { class: "card narrow" }, newUserForm(screen))
      : note("info", h("p", {}, "Only an admin can ask for a new user.")),
  ],
};

/** @param {Screen} screen */
function newUserForm(screen) {
  return form({
    content: [
      field({ name: "name", label: "Name", required: true, attributes: { maxlength: 64 } }),
      field({
        name: "login",
        label: "Sign-in name",
        hint: "Usually their mail address. It is never given to anybody else later.",
        required: true,
        attributes: { maxlength: 254, autocapitalize: "none", spellcheck: "false" },
      }),
      roleChoices([]),
    ],
    submit: "Ask for this user",
    draft: true,
    cancel: () => go(screen.link("users")),
    check: (values) =>
      values.chosen("roles").length === 0 ? [{ name: "roles", message: "Choose at least one." }] : [],
    send: async (values, idempotencyKey) => {
      /** @type {NewUser} */
      const body = {
        login: values.text("login"),
        name: values.text("name"),
        roles: /** @type {Role[]} */ (values.chosen("roles")),
      };
      /** @type {UserRequested} */
      const answer = await call("POST", `${screen.base}/users`, { body, idempotencyKey: idempotencyKey(body) });
      if (answer.passwordHalf) await showHalf("first", answer.passwordHalf, body.name);
      toast("Sent. Another admin or a checker decides now.");
      go(screen.link(`approvals/${answer.approvalID}`));
    },
  });
}
