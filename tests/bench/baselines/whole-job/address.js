// IPv4 and IPv6 addresses and blocks of them.

/** An address as 128 bits, or null. */
function bits(text) {
  if (!text.includes(":")) {
    const parts = text.split(".").map(Number);
    if (parts.length !== 4 || parts.some((part) => !(part >= 0 && part <= 255))) return null;
    return parts.reduce((sum, part) => (sum << 8n) | BigInt(part), 0xffffn);
  }
  const [head, tail] = text.split("::");
  const words = (part) => (part ? part.split(":") : []);
  const [front, back] = [words(head), words(tail)];
  const gap = tail === undefined ? [] : Array(Math.max(0, 8 - front.length - back.length)).fill("0");
  const all = [...front, ...gap, ...back];
  if (all.length !== 8) return null;
  return all.reduce((sum, word) => (sum << 16n) | BigInt(parseInt(word, 16)), 0n);
}

const RANGES = new Map();

/** A block as its first address and the number of its free low bits. */
export function range(text) {
  let found = RANGES.get(text);
  if (!found) {
    const [address, length] = text.split("/");
    const width = address.includes(":") ? 128 : 32;
    const free = BigInt(width - Number(length ?? width));
    found = { start: bits(address) >> free, free };
    RANGES.set(text, found);
  }
  return found;
}

export function inRange(ip, { start, free }) {
  const address = bits(ip);
  return address !== null && address >> free === start;
}
