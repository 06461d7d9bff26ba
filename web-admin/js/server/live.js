// @ts-check
/**
 * Changes made elsewhere reach this page by WebSocket; while there is none, the page polls every
 * few seconds. A page that nobody has touched for a while stays quiet, so that looking away ends
 * the session as the server's idle rule says.
 */

import { checkSession, current } from "./session.js";

/** Polling interval while there is no WebSocket. */
const POLL_MS = 8_000;
const QUIET_AFTER_MS = 10 * 60_000;
const MAX_RECONNECT_MS = 60_000;
/** Changes within this time are reported together. */
const GATHER_MS = 150;

/** @typedef {"live" | "polling" | "offline"} Connection */

/** @type {Set<() => void>} */
const listeners = new Set();
/** @type {Set<(state: Connection) => void>} */
const watchers = new Set();

/** @type {WebSocket | null} */
let socket = null;
let distributorID = "";
let attempts = 0;
let lastTouch = Date.now();
let missed = false;
/** Whether this page's WebSocket gave way to those of newer pages: it connects again when a person touches it. */
let gaveWay = false;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let reconnect;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let gathering;

/**
 * Calls back when something may have changed.
 * @param {() => void} listener
 */
export function onChange(listener) {
  listeners.add(listener);
}

/** @param {(state: Connection) => void} watcher */
export function onConnection(watcher) {
  watchers.add(watcher);
  watcher(connection());
}

/** @returns {Connection} */
function connection() {
  if (!navigator.onLine) return "offline";
  return socket?.readyState === WebSocket.OPEN ? "live" : "polling";
}

function tellConnection() {
  for (const watcher of watchers) watcher(connection());
}

/** Notifies all listeners, once for a burst of changes. */
export function changed() {
  if (Date.now() - lastTouch > QUIET_AFTER_MS || document.hidden) {
    missed = true;
    return;
  }
  if (gathering !== undefined) return;
  gathering = setTimeout(() => {
    gathering = undefined;
    missed = false;
    for (const listener of listeners) listener();
  }, GATHER_MS);
}

/** @param {string} id the distributor to follow; "" stops */
export function follow(id) {
  if (id === distributorID) return;
  distributorID = id;
  attempts = 0;
  connect();
}

function connect() {
  clearTimeout(reconnect);
  socket?.close(1000);
  socket = null;
  gaveWay = false;
  tellConnection();
  if (!distributorID || !navigator.onLine) return;

  const url = new URL(`/admin/v1/distributors/${distributorID}/events`, location.href);
  url.searchParams.set("person", current()?.userID ?? "");
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  const opening = new WebSocket(url);
  socket = opening;
  let opened = false;
  opening.addEventListener("open", () => {
    opened = true;
    // The screen shows all changes before the first connection; after a gap it may not.
    if (attempts > 0) changed();
    attempts = 0;
    tellConnection();
  });
  opening.addEventListener("message", changed);
  opening.addEventListener("close", (event) => {
    if (socket !== opening) return;
    socket = null;
    tellConnection();
    gaveWay = event.code === 4408;
    if (gaveWay) return;
    // 4401: the session is over; any call finds out and asks to sign in. 4403: no longer a member. A socket that never
    // opened may have been refused because somebody else signed in.
    if (!opened || event.code === 4401 || event.code === 4403) void checkSession().then(changed);
    attempts += 1;
    const wait = Math.min(MAX_RECONNECT_MS, 1000 * 2 ** attempts) * (0.5 + Math.random() / 2);
    reconnect = setTimeout(connect, wait);
  });
}

function touched() {
  lastTouch = Date.now();
  if (gaveWay && !document.hidden) {
    attempts = 1;
    connect();
  }
  if (missed && !document.hidden) changed();
}

for (const name of ["pointerdown", "keydown", "focus"]) {
  addEventListener(name, touched, { passive: true });
}
document.addEventListener("visibilitychange", touched);
addEventListener("focus", () => void checkSession());
addEventListener("online", () => {
  connect();
  changed();
});
addEventListener("offline", tellConnection);
setInterval(() => {
  if (distributorID && connection() === "polling") changed();
}, POLL_MS);
