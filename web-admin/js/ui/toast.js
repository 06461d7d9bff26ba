// @ts-check
/** Short messages that come and go, one at a time; read out by screen readers. */

import { find, h, icon } from "../lib/dom.js";

const SHOWN_MS = 7_000;

/**
 * @param {string} text
 * @param {"success" | "danger"} [kind]
 */
export function toast(text, kind = "success") {
  const region = find(document, kind === "danger" ? "#alerts" : "#messages", HTMLElement);
  const close = h("button", { type: "button", class: "quiet icon-only", "aria-label": "Dismiss" }, icon("close"));
  const item = h(
    "div",
    { class: `toast toast-${kind}` },
    icon(kind === "danger" ? "warning" : "check"),
    h("p", {}, text),
    close,
  );
  close.addEventListener("click", () => item.remove());
  showAboveDialogs();
  region.replaceChildren(item);
  setTimeout(() => {
    if (!item.matches(":hover, :focus-within")) item.remove();
  }, SHOWN_MS);
}

/** Messages belong to the top layer: a modal dialog would hide them otherwise. */
function showAboveDialogs() {
  const toasts = find(document, "#toasts", HTMLElement);
  if (toasts.matches(":popover-open")) toasts.hidePopover();
  toasts.showPopover();
}
