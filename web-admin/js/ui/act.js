// @ts-check
/** A button that calls the server: one call per click, with feedback on success and on failure. */

import { ApiError } from "../server/api.js";
import { refreshSession } from "../server/session.js";
import { explain } from "./states.js";
import { toast } from "./toast.js";

/** Codes that mean the data on the screen is outdated. */
const OUTDATED = ["role_required", "not_found", "invalid_state", "approval_stale", "self_approval", "not_the_maker"];

/**
 * True when a refusal means that the data on the screen has changed at the server.
 * @param {unknown} error
 */
export function isOutdated(error) {
  return error instanceof ApiError && OUTDATED.includes(error.code);
}

/**
 * A click listener that runs `action` once at a time.
 * @param {() => Promise<void>} action
 */
export function once(action) {
  return async (/** @type {Event} */ event) => {
    const button = /** @type {HTMLElement} */ (event.currentTarget);
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    button.setAttribute("aria-busy", "true");
    try {
      await action();
    } catch (error) {
      toast(refusalWords(error), "danger");
      if (isOutdated(error)) await refreshSession().catch(() => {});
    } finally {
      button.removeAttribute("aria-disabled");
      button.removeAttribute("aria-busy");
    }
  };
}

/** @param {unknown} error */
function refusalWords(error) {
  if (error instanceof ApiError && error.code === "approval_stale") {
    return "This request has changed since you opened it. Please review it again.";
  }
  return explain(error);
}
