// @ts-check
/** Saving an answer of the server as a file. */

import { h } from "../lib/dom.js";
import { check } from "../server/api.js";
import { once } from "./act.js";

/**
 * A button that saves a file. The browser downloads the stream by itself; a check comes first, since a refused download
 * shows no reason.
 * @param {object} options
 * @param {string} options.path
 * @param {string} options.name of the file
 * @param {string} options.text of the button
 * @param {string} [options.label] what the button is called where the text alone says too little
 * @param {string} [options.look]
 */
export function downloadButton({ path, name, text, label, look }) {
  const save = async () => {
    await check(path);
    h("a", { href: `/admin/v1${path}`, download: name }).click();
  };
  return h(
    "button",
    { type: "button", id: `save-${name}`, class: look ?? false, "aria-label": label ?? false, click: once(save) },
    text,
  );
}
