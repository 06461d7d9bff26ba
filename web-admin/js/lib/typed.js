// @ts-check
/** Cleaning of text as people type and paste it: invisible marks, typographic hyphens and blanks mean nothing. */

/** Marks of direction, zero-width characters and the soft hyphen. */
const INVISIBLE = /[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g;
const HYPHENS = /[\u2010-\u2015\u2212\ufe58\ufe63]/g;

/**
 * One line in plain characters, as a keyboard would have typed it.
 * @param {string} text
 */
export function plain(text) {
  return text.replace(INVISIBLE, "").normalize("NFKC").replace(HYPHENS, "-").replace(/\s+/g, " ").trim();
}
