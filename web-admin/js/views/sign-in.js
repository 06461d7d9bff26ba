// @ts-check
/** Signing in: at the start, and again in a dialog when the session ends in the middle of work. */

import { find, h, replace, template } from "../lib/dom.js";
import { ApiError, call, startAnew } from "../server/api.js";
import { passkeysAreListed, passkeysWork, usePasskey } from "../server/passkeys.js";
import { current, load, signIn, signInByPasskey } from "../server/session.js";
import { once } from "../ui/act.js";
import { openDialog } from "../ui/dialog.js";
import { dropDrafts } from "../ui/draft.js";
import { field } from "../ui/field.js";
import { form } from "../ui/form.js";
import { explain } from "../ui/states.js";

/** @import { RequestOptions, Session } from "../types/api.d.ts" */

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
  const passkeys = passkeyChoice(async (credential) => {
    await signInByPasskey(credential);
    await done();
  });
  replace(find(door, ".door-card", HTMLElement), [
    h("h1", { id: "sign-in" }, "Sign in"),
    h("p", { class: "muted" }, "For the people of a distributor who ask for, approve and use wallet operations."),
    signInForm(async (login, password) => {
      passkeys.stop();
      await signIn(login, password);
      await done();
    }),
    passkeys.element,
    h(
      "p",
      { class: "muted small" },
      "Forgotten your password? An admin of your distributor can reset it; a second person approves that.",
    ),
  ]);
  app.replaceChildren(door);
  void passkeys.list();
  document.title = "Sign in · Universal Wallet";
  find(app, "[name=login]", HTMLInputElement).focus();
}

/** Time after which a listed challenge is renewed; it counts for five minutes. */
const RENEWED_MS = 4 * 60_000;

/**
 * Signing in by passkey: a button, and the browser's own list at the sign-in name where it has one.
 * @param {(credential: unknown) => Promise<void>} send
 */
function passkeyChoice(send) {
  const message = h("p", { class: "form-message", role: "alert" });
  const say = (/** @type {string} */ text) => {
    message.textContent = text;
    if (text === "") message.remove();
    else element.append(message);
  };
  const listing = new AbortController();
  const button = h("button", { type: "button", id: "passkey" }, "Use a passkey");
  const element = h("div", { class: "passkey-choice", hidden: true }, button);
  /** @param {AbortSignal} [signal] */
  const use = async (signal) => {
    const options = /** @type {RequestOptions} */ (await call("POST", "/session/passkey/options"));
    const credential = await usePasskey(options, signal);
    say("");
    await send(credential);
  };
  button.addEventListener(
    "click",
    once(async () => {
      listing.abort();
      say("");
      await use().catch((error) => say(explain(error)));
    }),
  );
  const list = async () => {
    element.hidden = !passkeysWork();
    const listed = await passkeysAreListed();
    while (listed && element.isConnected && !listing.signal.aborted) {
      const renewal = AbortSignal.timeout(RENEWED_MS);
      try {
        return await use(AbortSignal.any([listing.signal, renewal]));
      } catch (error) {
        // A choice that the server refused is told; without a choice there is nothing to tell.
        if (error instanceof ApiError && error.status === 401) say(explain(error));
        else if (!renewal.aborted) return undefined;
      }
    }
    return undefined;
  };
  return { element, list, stop: () => listing.abort() };
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
  const continued = (/** @type {Session} */ session) => {
    if (session.userID !== before.userID) dropDrafts();
    if (session.userID !== before.userID || session.mustChangePassword) return startAnew();
    back = true;
    dialog.close();
    return undefined;
  };
  const passkeys = passkeyChoice(async (credential) => continued(await signInByPasskey(credential)));
  const byPasskey = before.secondFactor.enrolled.includes("passkey");
  dialog.show([
    h("p", {}, "Your session has ended. Sign in and go on: nothing you typed is lost."),
    signInForm(async (login, password) => {
      passkeys.stop();
      return continued(await signIn(login, password));
    }, before.login),
    byPasskey && passkeys.element,
  ]);
  if (byPasskey) void passkeys.list();
  find(dialog.element, "[name=password]", HTMLInputElement).focus();
  await dialog.closed;
  // A page that is being left keeps its callers waiting rather than failing them.
  return back ? undefined : new Promise(() => {});
}
