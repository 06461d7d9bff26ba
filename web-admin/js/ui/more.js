// @ts-check
/** A list that grows at the end by a button, page by page. */

import { h, uniqueID } from "../lib/dom.js";
import { once } from "./act.js";
import { explain } from "./states.js";
import { toast } from "./toast.js";

/** @import { Page } from "../server/api.js" */
/** @import { Child } from "../lib/dom.js" */

/**
 * @template T
 * @param {object} options
 * @param {T[]} options.items the first page
 * @param {string} options.nextCursor
 * @param {(cursor: string) => Promise<Page<T>>} options.more
 * @param {(item: T) => HTMLElement} options.row
 * @param {(item: T) => boolean} [options.keep]
 * @param {Child} options.empty
 * @param {string} [options.label]
 */
export function moreList({ items, nextCursor, more, row, keep = () => true, empty, label = "Show older ones" }) {
  let cursor = nextCursor;
  const list = h("ul", { class: "rows" }, items.map(row));
  const button = h("button", { type: "button", id: uniqueID("more") }, label);
  const nothing = h("div", {}, items.length === 0 && !cursor && empty);
  const end = h("div", { class: "actions actions-center" }, button);
  end.hidden = !cursor;
  button.addEventListener(
    "click",
    once(async () => {
      if (!cursor) return;
      try {
        const page = await more(cursor);
        const rows = page.items.filter(keep).map(row);
        list.append(...rows);
        cursor = page.nextCursor;
        end.hidden = !cursor;
        rows[0]?.querySelector("a")?.focus();
        if (!cursor && list.childElementCount === 0) nothing.replaceChildren(h("div", {}, empty));
      } catch (error) {
        toast(explain(error), "danger");
      }
    }),
  );
  return [list, nothing, end];
}
