// @ts-check
/** Presses: what is under a finger or the mouse's button must not be replaced before its click. */

// A press whose end nobody tells, such as one that opened a menu of the system, is over by then.
const LONGEST_MS = 10_000;

let pressed = false;
/** @type {(() => void)[]} */
const waiting = [];

function over() {
  pressed = false;
  for (const go of waiting.splice(0)) go();
}

addEventListener("pointerdown", ({ isPrimary, button }) => void (pressed = isPrimary && button === 0), { capture: true });
for (const end of ["pointerup", "pointercancel"]) {
  // The click comes after the end of its pointer, and before any timer.
  addEventListener(end, () => setTimeout(over), { capture: true });
}

/** Until nothing is pressed. */
export async function released() {
  if (!pressed) return;
  await new Promise((/** @type {(value?: void) => void} */ go) => {
    waiting.push(go);
    setTimeout(go, LONGEST_MS);
  });
}
