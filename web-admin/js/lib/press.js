// @ts-check
/** Presses: an element under a finger, the mouse's button or the space bar must not be replaced before its click. */

// A press without an event for its end, such as one that opened a menu of the system, is over by then.
const MAX_PRESS_MS = 10_000;

let pressed = false;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let limit;
/** @type {(() => void)[]} */
const waiting = [];

function over() {
  pressed = false;
  for (const go of waiting.splice(0)) go();
}

function press() {
  pressed = true;
  clearTimeout(limit);
  limit = setTimeout(over, MAX_PRESS_MS);
}

addEventListener("pointerdown", ({ isPrimary, button }) => isPrimary && button === 0 && press(), { capture: true });
addEventListener("keydown", ({ key }) => key === " " && press(), { capture: true });
for (const end of ["pointerup", "pointercancel", "keyup"]) {
  // The click comes after the end of its press, and before any timer.
  addEventListener(end, () => setTimeout(over), { capture: true });
}

/** Resolves as soon as nothing is pressed. */
export async function released() {
  if (pressed) await new Promise((/** @type {(value?: void) => void} */ go) => waiting.push(go));
}
