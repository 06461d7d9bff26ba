// @ts-check
/** Phone numbers and short codes as people type them. */

import { plain } from "./typed.js";

const MAX_LENGTH = 32;

/**
 * A typed or pasted phone as the server takes it: dots and slashes become blanks.
 * @param {string} text
 */
export function typedPhone(text) {
  return plain(text)
    .replace(/^tel:/i, "")
    .replace(/[./ ]+/g, " ")
    .trim();
}

/**
 * The reason why a phone can't be sent, or "".
 * @param {string} text as `typedPhone` leaves it
 */
export function phoneProblem(text) {
  if (text.length > MAX_LENGTH) return `At most ${MAX_LENGTH} characters.`;
  if (text.includes("(0)")) return "Leave out the (0) after the country code.";
  const bare = text.replace(/[ \-()]/g, "");
  if (/^\+[1-9][0-9]{6,14}$/.test(bare)) return "";
  if (/^[0-9]/.test(bare)) return "Begin with + and the country code, such as +234.";
  return "Write the number with its country code, such as +234 803 123 4567.";
}

/**
 * @param {string} text
 */
export function shortCodeProblem(text) {
  return /^[1-9][0-9]{3,8}$/.test(text) ? "" : "A short code has 4 to 9 digits and doesn't begin with 0.";
}
