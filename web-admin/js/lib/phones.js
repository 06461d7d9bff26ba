// @ts-check
/** Phone numbers and short codes as people type them. */

/**
 * The reason why a phone can't be sent, or "".
 * @param {string} text
 */
export function phoneProblem(text) {
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
