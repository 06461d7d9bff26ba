// @ts-check
/** The signed-in person and their memberships, without any secret. */

import { call, get, showsPerson, startAnew } from "./api.js";

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

/**
 * Reads the session from the server; throws 401 `not_signed_in` when there is none. Where another tab has signed
 * somebody else in, this one starts anew.
 */
export async function load() {
  const read = /** @type {Session} */ (await get("/session"));
  if (session && session.userID !== read.userID) return startAnew();
  return begin(read);
}

/**
 * Takes the session as the server told it.
 * @param {Session} signedIn
 */
export function begin(signedIn) {
  session = signedIn;
  showsPerson(session.userID);
  return session;
}

/**
 * Checks that the browser's session is still that of the person whom this tab shows; has everything drawn anew where
 * their memberships changed.
 */
export async function checkSession() {
  if (!session) return;
  const before = JSON.stringify(session.distributors);
  // Without an answer nothing is known, and the next call tells.
  await load().catch(() => {});
  if (JSON.stringify(session.distributors) !== before) redraw();
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
 * Completes a sign-in whose password was right; set by the main module.
 * @type {(methods: string[]) => Promise<Session>}
 */
let prove = async () => {
  throw new Error("Nothing proves a second factor");
};

/** @param {(methods: string[]) => Promise<Session>} handler */
export function whenFactorIsOpen(handler) {
  prove = handler;
}

/**
 * @param {string} login
 * @param {string} password
 */
export async function signIn(login, password) {
  /** @type {Session | { methods: string[] }} */
  const answer = await call("POST", "/session", { body: { login, password } });
  return begin("methods" in answer ? await prove(answer.methods) : answer);
}

/** @param {unknown} credential */
export async function signInByPasskey(credential) {
  return begin(/** @type {Session} */ (await call("POST", "/session/passkey", { body: { credential } })));
}

/** Ways in which the signed-in person can prove their second factor. */
export function proofMethods() {
  const { enrolled, recoveryCodesLeft } = person().secondFactor;
  return recoveryCodesLeft > 0 ? [...enrolled, "recovery-code"] : enrolled;
}

/** Ends the session. The document has to be replaced then: a view that still loads needs the signed-in person. */
export async function signOut() {
  await call("DELETE", "/session");
}

/** The person's memberships, but for those where they are disabled. */
export function memberships() {
  return (session?.distributors ?? []).filter((one) => one.status !== "disabled");
}

/**
 * The person's membership, unless they are disabled there.
 * @param {string} distributorID
 */
export function membership(distributorID) {
  const wanted = distributorID.toLowerCase();
  return memberships().find((one) => one.distributorID.toLowerCase() === wanted) ?? null;
}

/**
 * Whether the ID of a user is this person's: a membership has an ID of its own.
 * @param {unknown} userID
 */
export function isMe(userID) {
  return session?.distributors.some((one) => one.userID === userID) ?? false;
}

/** @param {string} code */
export async function join(code) {
  return begin(/** @type {Session} */ (await call("POST", "/session/memberships", { body: { code } })));
}

/** @param {Membership} member */
export async function leaveDistributor(member) {
  await call("DELETE", `/session/memberships/${member.distributorID}`);
  await load();
}

/**
 * @param {Membership} member
 * @param {...Role} roles
 */
export function holds(member, ...roles) {
  return roles.some((role) => member.roles.includes(role));
}
