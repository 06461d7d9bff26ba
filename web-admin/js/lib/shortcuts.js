// @ts-check
/**
 * Keyboard shortcuts. A control names its own in `aria-keyshortcuts`, so that assistive technology tells it too:
 * `/` goes to a field, Ctrl+Enter presses a button. A key that is held down counts once.
 */

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (event.repeat || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) press(event, "Control+Enter");
  else if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target)) {
    press(event, "/");
  }
}

/** @param {EventTarget | null} target */
function isTyping(target) {
  return target instanceof HTMLElement && target.matches("input, textarea, select");
}

/**
 * @param {KeyboardEvent} event
 * @param {string} shortcut
 */
function press(event, shortcut) {
  const control = document.querySelector(`[aria-keyshortcuts="${shortcut}"]`);
  if (!(control instanceof HTMLElement)) return;
  event.preventDefault();
  if (control instanceof HTMLInputElement) control.focus();
  else control.click();
}

addEventListener("keydown", onKey);
