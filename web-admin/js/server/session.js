// @ts-check
/** The signed-in person and their memberships, without any secret. */

import { call, get } from "./api.js";

/** @import { Session, SessionDistributor as Membership, Role } from "../types/api.d.ts" */

/** @type {Session | null} */
let session = null;

export function current() {
  return session;
}

/** The signed-in person; throws when nobody is signed in, which is a bug of the page. */
export function person() {
  if (!session) throw new Error("Nobody is signed in");
  return session;
}

/** Reads the session from the server; throws 401 `not_signed_in` when there is none. */
export async function load() {
  session = /** @type {Session} */ (await get("/session"));
  return session;
}

/**
 * Draws everything anew after the session was read again; set by the main module.
 * @type {() => void}
 */
let redraw = () => {};

/** @param {() => void} handler */
export function whenSessionRefreshes(handler) {
  redraw = handler;
}

/** Roles or membership may have changed: reads them again and has everything drawn anew. */
export async function refreshSession() {
  await load();
  redraw();
}

/**
 * @param {string} login
 * @param {string} password
 */
export async function signIn(login, password) {
  session = /** @type {Session} */ (await call("POST", "/session", { body: { login, password } }));
  return session;
}

/** Ends the session. The document has to be replaced then: a view that still loads needs the signed-in person. */
export async function signOut() {
  await call("DELETE", "/session");
}

/** @param {string} distributorID */
export function membership(distributorID) {
  const wanted = distributorID.toLowerCase();
  return session?.distributors.find((one) => one.distributorID.toLowerCase() === wanted) ?? null;
}

/**
 * @param {Membership} member
 * @param {...Role} roles
 */
export function holds(member, ...roles) {
  return roles.some((role) => member.roles.includes(role));
}
