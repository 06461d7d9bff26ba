// @ts-check
/** Lists of addresses as people type and paste them. The server checks each again. */

/**
 * @param {string} text separated by commas, semicolons, blanks or lines
 * @returns {string[]} without doubles
 */
export function splitIPs(text) {
  return [...new Set(text.split(/[\s,;]+/).filter(Boolean))];
}

/** @param {string} text */
function isV4(text) {
  const parts = text.split(".");
  return parts.length === 4 && parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) <= 255);
}

/** @param {string} text */
function isV6(text) {
  return /^[0-9a-fA-F:.]+$/.test(text) && text.includes(":") && URL.canParse(`http://[${text}]`);
}

/** @param {string} text */
function isRange(text) {
  const [address = "", bits, ...rest] = text.split("/");
  if (rest.length > 0) return false;
  const maxBits = isV4(address) ? 32 : isV6(address) ? 128 : -1;
  if (bits === undefined) return maxBits > 0;
  return /^(0|[1-9][0-9]{0,2})$/.test(bits) && Number(bits) <= maxBits;
}

/**
 * The reason why a list can't be sent, or "".
 * @param {string} text
 */
export function ipProblem(text) {
  const list = splitIPs(text);
  if (list.length > 50) return `At most 50 addresses; these are ${list.length}.`;
  const wrong = list.filter((one) => !isRange(one));
  if (wrong.length === 0) return "";
  const named = wrong
    .slice(0, 3)
    .map((one) => `“${one}”`)
    .join(", ");
  return `${named}${wrong.length > 3 ? " and others are" : wrong.length > 1 ? " are" : " is"} not an address or range. Write 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32.`;
}
