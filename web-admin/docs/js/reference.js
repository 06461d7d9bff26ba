// @ts-check
/** The API reference, made from the edge's own OpenAPI document. */

import { find, h } from "../../js/lib/dom.js";
import { callView } from "./call.js";
import { calls } from "./openapi.js";

/** @import { Call } from "./openapi.js" */

const place = find(document, "#reference", HTMLElement);

async function show() {
  place.replaceChildren(h("p", { role: "status" }, "Loading…"));
  try {
    const answer = await fetch("/openapi.json");
    if (!answer.ok) throw new Error(`the edge answered ${answer.status}`);
    draw(await answer.json());
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    place.replaceChildren(
      h(
        "div",
        { class: "note note-danger", role: "alert" },
        h("p", {}, `The reference could not be loaded: ${why}. Look at your connection and try again.`),
        h("button", { type: "button", click: () => void show() }, "Try again"),
      ),
    );
  }
}

/** @param {Record<string, any>} openapi */
function draw(openapi) {
  const all = calls(openapi);
  const views = new Map(all.map((call) => [call, callView(openapi, call)]));
  const descriptions = new Map((openapi.tags ?? []).map((/** @type {any} */ tag) => [tag.name, tag.description]));
  const groups = [...new Set(all.map((call) => call.tag))].map((tag) => {
    const own = all.filter((call) => call.tag === tag);
    const description = descriptions.get(tag);
    return {
      own,
      element: h(
        "section",
        {},
        h("h2", {}, tag),
        description && h("p", {}, description),
        own.map((call) => views.get(call)),
      ),
    };
  });
  const status = h("p", { class: "muted small", role: "status" });
  const search = h("input", {
    type: "search",
    id: "search",
    autocomplete: "off",
    spellcheck: "false",
    input: () => filter(),
  });
  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (/** @type {Call} */ call) => {
      const text = `${call.method} ${call.path} ${call.summary} ${call.description} ${call.tag}`.toLowerCase();
      return words.every((word) => text.includes(word));
    };
    let shown = 0;
    for (const { own, element } of groups) {
      const fitting = own.filter(fits);
      for (const call of own) views.get(call)?.toggleAttribute("hidden", !fitting.includes(call));
      element.hidden = fitting.length === 0;
      shown += fitting.length;
    }
    status.textContent = shown === 0 ? "No call has all of these words." : `${shown} of ${all.length} calls`;
  };
  place.replaceChildren(
    h(
      "div",
      { class: "field" },
      h("label", { for: "search" }, "Search the calls"),
      h("div", { class: "control" }, search),
    ),
    status,
    ...groups.map(({ element }) => element),
  );
  filter();
  openNamed();
}

/** Opens the call that the address names. */
function openNamed() {
  const named = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!(named instanceof HTMLDetailsElement)) return;
  named.open = true;
  named.scrollIntoView();
}

addEventListener("hashchange", openNamed);
void show();
