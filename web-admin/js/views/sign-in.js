// @ts-check
/** Signing in: at the start, and again in a dialog when the session ends in the middle of work. */

import { find, h, replace, template } from "../lib/dom.js";
import { call, startAnew } from "../server/api.js";
import { current, load, signIn, signInByPasskey } from "../server/session.js";
import { openDialog } from "../ui/dialog.js";
import { dropDrafts } from "../ui/draft.js";
import { field } from "../ui/field.js";
import { form } from "../ui/form.js";
import { explain } from "../ui/states.js";

/**
 * @param {(login: string, password: string) => Promise<void>} send
 * @param {string} [login] already known
 */
function signInForm(send, login = "") {
  const element = form({
    content: [
      field({
        name: "login",
        label: "Sign-in name",
        required: true,
        value: login,
        attributes: { autocomplete: "username webauthn", autocapitalize: "none", spellcheck: "false", maxlength: 254 },
      }),
      field({
        name: "password",
        label: "Password",
        type: "password",
        required: true,
        attributes: { autocomplete: "current-password" },
      }),
    ],
    submit: "Sign in",
    send: async () => {
      // A password is taken as typed: blanks at its ends belong to it.
      const password = find(element, "[name=password]", HTMLInputElement);
      try {
        await send(find(element, "[name=login]", HTMLInputElement).value.trim(), password.value);
      } finally {
        password.value = "";
      }
    },
  });
  element.setAttribute("autocomplete", "on");
  return element;
}

/**
 * @param {HTMLElement} app
 * @param {() => Promise<void>} done
 */
export function showSignIn(app, done) {
  if (app.querySelector("#sign-in")) return;
  const door = template("door");
  replace(find(door, ".door-card", HTMLElement), [
    h("h1", { id: "sign-in" }, "Sign in"),
    h("p", { class: "muted" }, "For the people of a distributor who ask for, approve and use wallet operations."),
    signInForm(async (login, password) => {
      await signIn(login, password);
      await done();
    }),
    h(
      "p",
      { class: "muted small" },
      "Forgotten your password? An admin of your distributor can reset it; a second person approves that.",
    ),
  ]);
  app.replaceChildren(door);
  void offerPasskeys(find(app, ".door-card", HTMLElement), done);
  document.title = "Sign in · Universal Wallet";
  find(app, "[name=login]", HTMLInputElement).focus();
}

/**
 * Offers passkeys: in the list of the sign-in name where the browser has one, and by a button.
 * @param {HTMLElement} card
 * @param {() => Promise<void>} done
 */
async function offerPasskeys(card, done) {
  const { passkeysAreListed, passkeysWork, usePasskey } = await import("../server/passkeys.js");
  if (!passkeysWork() || !card.isConnected) return;
  const message = h("p", { class: "form-message", role: "alert" });
  const listing = new AbortController();
  const use = async (/** @type {AbortSignal | undefined} */ signal) => {
    const options = /** @type {import("../types/api.d.ts").RequestOptions} */ (
      await call("POST", "/session/passkey/options")
    );
    await signInByPasskey(await usePasskey(options, signal));
    await done();
  };
  const press = async () => {
    listing.abort();
    message.textContent = "";
    try {
      await use(undefined);
    } catch (error) {
      message.textContent = explain(error);
    }
  };
  card.append(
    h(
      "div",
      { class: "actions" },
      h("button", { type: "button", id: "passkey", click: press }, "Sign in with a passkey"),
    ),
    message,
  );
  // A list that nobody chose from is no error, and neither is one that the button replaced.
  if (await passkeysAreListed()) await use(listing.signal).catch(() => {});
}

/** @type {Promise<void> | null} */
let open = null;

/**
 * Asks to sign in again over the present view. Resolves when the same person is back;
 * for another person the page starts anew, since nothing of the first one may stay.
 * @param {() => Promise<void>} fresh
 */
export function signInDialog(fresh) {
  open ??= again(fresh).finally(() => {
    open = null;
  });
  return open;
}

/** @param {() => Promise<void>} fresh */
async function again(fresh) {
  const before = current();
  if (!before) return fresh();
  // Another tab may have signed the same person in meanwhile.
  const already = await load().catch(() => null);
  if (already) return undefined;
  let back = false;
  const dialog = openDialog({
    title: "Sign in again",
    mayClose: () => {
      void startAnew();
      return false;
    },
  });
  dialog.show([
    h("p", {}, "Your session has ended. Sign in and go on: nothing you typed is lost."),
    signInForm(async (login, password) => {
      const session = await signIn(login, password);
      if (session.userID !== before.userID) dropDrafts();
      if (session.userID !== before.userID || session.mustChangePassword) return startAnew();
      back = true;
      dialog.close();
      return undefined;
    }, before.login),
  ]);
  find(dialog.element, "[name=password]", HTMLInputElement).focus();
  await dialog.closed;
  // A page that is being left keeps its callers waiting rather than failing them.
  return back ? undefined : new Promise(() => {});
}
