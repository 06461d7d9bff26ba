// @ts-check
/**
 * Drafts of forms: what was typed, kept in this tab by person and address until it is sent or cancelled.
 * Never of a secret: password fields are left out.
 */

import { person } from "../server/session.js";

const PREFIX = "uw-draft ";

/**
 * @typedef {object} Content
 * @property {Record<string, string | string[]>} values text by name, and for choices the list of chosen values
 * @property {[body: string, key: string][]} keys idempotency keys of what was sent without an answer
 */

/**
 * The draft at the present address.
 * @returns {{ read: () => Content | null, keep: (content: Content) => void, drop: () => void }}
 */
export function draftHere() {
  const place = `${PREFIX}${person().userID} ${location.hash}`;
  return {
    read: () => JSON.parse(sessionStorage.getItem(place) ?? "null"),
    keep: (content) => {
      try {
        sessionStorage.setItem(place, JSON.stringify(content));
      } catch {
        // A tab whose storage is full or refused keeps no draft; the form works all the same.
      }
    },
    drop: () => sessionStorage.removeItem(place),
  };
}

/** Removes all drafts of this tab, for whoever sits down there next. */
export function dropDrafts() {
  for (const place of Object.keys(sessionStorage)) {
    if (place.startsWith(PREFIX)) sessionStorage.removeItem(place);
  }
}
