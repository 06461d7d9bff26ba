// @ts-check
/** Copy buttons on code that a reader would paste. */

import { h } from "../../js/lib/dom.js";

const PASTED = ["sh", "js", "rust", "toml"].map((language) => `pre > code.language-${language}`).join();

for (const code of document.querySelectorAll(PASTED)) {
  const pre = /** @type {HTMLElement} */ (code.parentElement);
  const block = h("div", { class: "block" });
  pre.replaceWith(block);
  block.append(
    pre,
    copyButton(() => code.textContent ?? ""),
  );
}

/** @param {() => string} text */
export function copyButton(text) {
  const button = h(
    "button",
    {
      type: "button",
      click: async () => {
        try {
          await navigator.clipboard.writeText(text());
          button.textContent = "Copied";
        } catch {
          button.textContent = "Press Ctrl+C";
        }
        setTimeout(() => (button.textContent = "Copy"), 2000);
      },
    },
    "Copy",
  );
  return button;
}
