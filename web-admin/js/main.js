// @ts-check
/** Starts the page: a signed-in person sees the frame, others the sign-in view. */

import { leaveFrame, showFrame } from "./frame.js";
import { find, h, replace } from "./lib/dom.js";
import "./lib/shortcuts.js";
import { address, goInstead, parse } from "./lib/router.js";
import { ApiError, whenFactorIsMissing, whenProofIsNeeded, whenSessionEnds } from "./server/api.js";
import { changed } from "./server/live.js";
import {
  begin,
  current,
  load,
  membership,
  memberships,
  proofMethods,
  whenFactorIsOpen,
  whenSessionRefreshes,
} from "./server/session.js";
import { failed } from "./ui/states.js";
import { showPassword } from "./views/password.js";
import { showSignIn, signInDialog } from "./views/sign-in.js";

const app = find(document, "#app", HTMLElement);
const LAST = "uw-last-distributor";

/** Shows the view that the address names, as far as the session allows. */
async function route() {
  const session = current();
  if (!session) {
    leaveFrame();
    showSignIn(app, route);
    return;
  }
  if (session.mustChangePassword) {
    leaveFrame();
    showPassword(app, route);
    return;
  }
  const wanted = parse(location.hash);
  if (wanted.distributorID === "") {
    goHome();
    return;
  }
  const member = membership(wanted.distributorID);
  if (!member) {
    leaveFrame();
    await showNoMembership();
    return;
  }
  localStorage.setItem(LAST, member.distributorID);
  await showFrame(app, member, wanted);
}

function goHome() {
  const last = membership(localStorage.getItem(LAST) ?? "") ?? memberships()[0];
  if (last) goInstead(address(last.distributorID, "overview"));
  else void showNoMembership();
}

async function showNoMembership() {
  const { joinForm, leaveDialog } = await import("./views/memberships.js");
  const others = memberships();
  const disabled = (current()?.distributors ?? []).filter((one) => !others.includes(one));
  replace(
    app,
    h(
      "main",
      { class: "door", id: "content" },
      h(
        "section",
        { class: "card door-card" },
        h("h1", {}, "You are not a member here"),
        h(
          "p",
          { class: "muted" },
          "This address belongs to a distributor that you are not, or no longer, a member of. An admin of that distributor can add you.",
        ),
        h("h2", {}, "Join with a code"),
        joinForm(() => {}),
        disabled.map((one) =>
          h(
            "p",
            { class: "muted" },
            `You are disabled at ${one.name ?? "a distributor"}. `,
            h("button", { type: "button", class: "quiet small", click: () => leaveDialog(one) }, "Leave it"),
          ),
        ),
        others.length > 0 &&
          h(
            "ul",
            { class: "plain" },
            others.map((one) =>
              h(
                "li",
                {},
                h("a", { href: address(one.distributorID, "overview") }, `Go to ${one.name ?? "another distributor"}`),
              ),
            ),
          ),
      ),
    ),
  );
}

async function start() {
  try {
    await load();
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 401)) {
      replace(
        app,
        h(
          "main",
          { class: "door", id: "content" },
          failed(error, () => void start()),
        ),
      );
      return;
    }
  }
  await route();
}

/**
 * @param {string} title
 * @param {string} why
 * @param {string[]} methods
 */
async function prove(title, why, methods) {
  const { proveDialog } = await import("./views/prove.js");
  return proveDialog({ title, why, methods });
}

/** @param {unknown} error */
function isSessionEnd(error) {
  return error instanceof ApiError && error.code === "not_signed_in";
}

/** @type {Promise<boolean> | null} one dialog for all calls that wait for a proof */
let proving = null;
/** @type {Promise<boolean> | null} one dialog for all calls that wait for a factor */
let enrolling = null;

async function proveAgain() {
  const why = "This matters, so prove that it is you. What you typed stays, and goes on at once.";
  try {
    const session = await prove("Is it you?", why, proofMethods());
    if (!session) throw new ApiError(403, "cancelled", "Nothing was done: it needs your second factor.");
    begin(session);
  } catch (error) {
    // The call is repeated, and its refusal leads to signing in again.
    if (!isSessionEnd(error)) throw error;
  }
  return true;
}

whenFactorIsOpen(async (methods) => {
  try {
    const session = await prove("One more step", "Your password is right. Now prove your second factor.", methods);
    if (session) return session;
  } catch (error) {
    if (!isSessionEnd(error)) throw error;
    throw new ApiError(
      401,
      "cancelled",
      "It took more than five minutes, or too many answers were wrong. Sign in again.",
    );
  }
  throw new ApiError(401, "cancelled", "You are not signed in yet: your second factor is missing.");
});
whenProofIsNeeded(async () => {
  // Another tab may have set up the first factor.
  if (proofMethods().length === 0) await load();
  if (proofMethods().length === 0) return false;
  proving ??= proveAgain().finally(() => {
    proving = null;
  });
  return proving;
});
whenFactorIsMissing(async () => {
  // Where nothing is shown yet, the frame gives the whole page to it.
  if (!document.querySelector("#view h1")) return false;
  const { enrolDialog } = await import("./views/enrol.js");
  enrolling ??= enrolDialog().finally(() => {
    enrolling = null;
  });
  return enrolling;
});
whenSessionEnds(() => signInDialog(route));
whenSessionRefreshes(() => {
  void route();
  changed();
});
addEventListener("hashchange", () => void route());
void start();
