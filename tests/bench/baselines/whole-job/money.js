// Amounts: exact integers of hundredths, also beyond 2^53.

/** Hundredths, or null if the text is not an amount. */
export function cents(text) {
  if (typeof text !== "string" || !/^[0-9]{1,15}(\.[0-9]{1,2})?$/.test(text)) return null;
  const [whole, decimals = ""] = text.split(".");
  return BigInt(whole + decimals.padEnd(2, "0"));
}

export function spell(minor) {
  const digits = String(minor).padStart(3, "0");
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
