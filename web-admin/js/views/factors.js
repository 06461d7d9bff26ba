// @ts-check
/** The person's own factors: listed, added, removed. */

import { h, replace } from "../lib/dom.js";
import { ago } from "../lib/time.js";
import { counted } from "../lib/words.js";
import { call, get } from "../server/api.js";
import { load } from "../server/session.js";
import { ask, openDialog } from "../ui/dialog.js";
import { explain, failed, note } from "../ui/states.js";
import { toast } from "../ui/toast.js";
import { appSteps, passkeyForm, showCodes } from "./enrol.js";

/** @import { FactorList, FactorView, NewRecoveryCodes } from "../types/api.d.ts" */

/** @param {string} [news] said first */
export async function factorsDialog(news) {
  const dialog = openDialog({ title: "Sign-in security", size: "wide" });
  const list = h("div", { class: "factors" });
  const add = h("div", { class: "factors" });
  dialog.show([news && note("info", h("p", {}, news)), list, add]);
  const draw = async () => {
    try {
      const factors = /** @type {FactorList} */ (await get("/session/factors"));
      drawList(list, factors, draw);
      drawAdd(add, factors, draw);
    } catch (error) {
      replace(
        list,
        failed(error, () => void draw()),
      );
    }
  };
  await draw();
}

/**
 * @param {HTMLElement} place
 * @param {FactorList} factors
 * @param {() => Promise<void>} draw
 */
function drawList(place, factors, draw) {
  replace(place, [
    factors.items.length === 0 &&
      h("p", {}, "You have no second factor yet: your password alone signs you in. Add one, a passkey best."),
    h(
      "ul",
      { class: "plain rows" },
      factors.items.map((factor) =>
        h(
          "li",
          { class: "row" },
          h(
            "div",
            {},
            h("bdi", { class: "strong" }, factor.name),
            h(
              "p",
              { class: "muted small" },
              factor.type === "passkey" ? "Passkey, made " : "Set up ",
              ago(factor.createdAt),
              factor.lastUsedAt ? [", last used ", ago(factor.lastUsedAt)] : ", not used yet",
            ),
          ),
          h(
            "button",
            {
              type: "button",
              class: "small",
              "aria-label": `Remove ${factor.name}`,
              click: () => remove(factor, draw),
            },
            "Remove",
          ),
        ),
      ),
    ),
    factors.items.length > 0 &&
      h(
        "p",
        { class: "row" },
        h("span", {}, `${counted(factors.recoveryCodesLeft, "recovery code")} left.`),
        h("button", { type: "button", class: "small", click: () => newCodes(draw) }, "Make new ones"),
      ),
  ]);
}

/**
 * @param {HTMLElement} place
 * @param {FactorList} factors
 * @param {() => Promise<void>} draw
 */
function drawAdd(place, factors, draw) {
  const hasApp = factors.items.some((factor) => factor.type === "totp");
  const done = async () => {
    toast("Set up.");
    await load();
    await draw();
  };
  replace(place, [
    h("h3", {}, factors.items.some((factor) => factor.type === "passkey") ? "Another passkey" : "Passkey"),
    passkeyForm(done),
    h("h3", {}, "Authenticator app"),
    hasApp && h("p", { class: "muted" }, "A new one replaces the one that you have."),
    appSteps(hasApp ? "Replace it" : "Set up an authenticator app", done),
  ]);
}

/**
 * @param {FactorView} factor
 * @param {() => Promise<void>} draw
 */
async function remove(factor, draw) {
  const sure = await ask({
    title: "Remove this factor?",
    content: h("p", {}, h("bdi", { class: "strong" }, factor.name), " signs you in no longer."),
    yes: "Remove",
    look: "danger-text",
  });
  if (!sure) return;
  await attempt(async () => {
    await call("DELETE", `/session/factors/${factor.factorID}`);
    await load();
  });
  await draw();
}

/** @param {() => Promise<void>} draw */
async function newCodes(draw) {
  await attempt(async () => {
    const made = /** @type {NewRecoveryCodes} */ (await call("POST", "/session/recovery-codes"));
    await showCodes(made.recoveryCodes);
  });
  await draw();
}

/** @param {() => Promise<void>} act */
async function attempt(act) {
  try {
    await act();
  } catch (error) {
    toast(explain(error), "danger");
  }
}
