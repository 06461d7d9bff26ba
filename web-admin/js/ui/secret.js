// @ts-check
/**
 * A secret that is shown once. It lives in one text node and in this closure; when its dialog
 * closes, both are gone.
 */

import { find, h, template } from "../lib/dom.js";
import { ask, openDialog } from "./dialog.js";
import { note } from "./states.js";

/** @import { Child } from "../lib/dom.js" */

/**
 * @param {string} name
 * @param {string} text
 * @param {() => void} copied
 */
function secretRow(name, text, copied) {
  const element = find(template("secret"), ".secret", HTMLElement);
  const code = find(element, ".secret-text", HTMLElement);
  const button = find(element, ".copy", HTMLButtonElement);
  const label = find(button, "span", HTMLElement);
  find(element, ".secret-name", HTMLElement).textContent = name;
  code.textContent = text;
  button.setAttribute("aria-label", `Copy: ${name}`);
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(code.textContent ?? "");
      label.textContent = "Copied";
      button.classList.add("done");
      copied();
    } catch {
      getSelection()?.selectAllChildren(code);
      label.textContent = "Press Ctrl+C";
    }
  });
  code.addEventListener("copy", copied);
  return element;
}

/**
 * Shows secrets in a dialog that warns before it closes uncopied.
 * @param {object} options
 * @param {string} options.title
 * @param {Child} options.before
 * @param {{ name: string, text: string }[]} options.secrets one of them has to be copied
 * @param {Child} options.after
 * @param {string} options.warning when closing without having copied
 * @param {boolean} [options.paper] whether printing them is offered, which counts as copying
 * @returns {Promise<void>} when it is closed and gone
 */
export async function showSecrets({ title, before, secrets, after, warning, paper = false }) {
  let copied = false;
  let asking = false;
  const status = h("p", { class: "visually-hidden", role: "status" });
  const dialog = openDialog({
    title,
    size: "wide",
    mayClose: () => {
      if (copied) return true;
      if (!asking) void confirmLoss();
      return false;
    },
  });
  function printed() {
    copied = true;
    print();
  }
  async function confirmLoss() {
    asking = true;
    const sure = await ask({
      title: "Not copied yet",
      content: note("warning", h("p", {}, warning)),
      yes: "Close without copying",
      no: "Go back",
      look: "danger-text",
    });
    asking = false;
    if (sure) dialog.close();
  }
  const guard = (/** @type {BeforeUnloadEvent} */ event) => {
    if (!copied) event.preventDefault();
  };
  addEventListener("beforeunload", guard);
  dialog.show([
    before,
    secrets.map(({ name, text }) =>
      secretRow(name, text, () => {
        copied = true;
        status.textContent = `Copied: ${name}`;
      }),
    ),
    status,
    after,
    h(
      "div",
      { class: "actions actions-end" },
      paper && h("button", { type: "button", click: printed }, "Print"),
      h(
        "button",
        {
          type: "button",
          class: "primary",
          click: () => {
            if (copied) dialog.close();
            else if (!asking) void confirmLoss();
          },
        },
        "Done",
      ),
    ),
  ]);
  find(dialog.element, ".copy", HTMLButtonElement).focus();
  await dialog.closed;
  removeEventListener("beforeunload", guard);
}
