// Our own name for each request, a random UUID (RFC 9562, version 4). Randomness is drawn for many at once: asking the
// platform for each costs more than all the rest.

const BYTES = 16;
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
const DASHES = new Set([4, 6, 8, 10]);

const random = new Uint8Array(256 * BYTES);
let used = random.length;

export function requestID() {
  if (used === random.length) {
    crypto.getRandomValues(random);
    used = 0;
  }
  random[used + 6] = (random[used + 6] & 0x0f) | 0x40;
  random[used + 8] = (random[used + 8] & 0x3f) | 0x80;
  let text = "";
  for (let place = 0; place < BYTES; place += 1) {
    if (DASHES.has(place)) text += "-";
    text += HEX[random[used + place]];
  }
  used += BYTES;
  return text;
}
