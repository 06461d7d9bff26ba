// @ts-check
/** Calls to the console API. Every refusal becomes an `ApiError` with a sentence for the person. */

/** @import { ErrorBody, FieldError } from "../types/api.d.ts" */

/**
 * One page of a list; `nextCursor` is empty on the last.
 * @template T
 * @typedef {{ items: T[], nextCursor: string }} Page
 */

const PREFIX = "/admin/v1";

export class ApiError extends Error {
  /**
   * @param {number} status 0: no answer came
   * @param {string} code
   * @param {string} message
   * @param {FieldError[]} fields
   * @param {string} requestID
   */
  constructor(status, code, message, fields = [], requestID = "") {
    super(message);
    this.status = status;
    this.code = code;
    this.fields = fields;
    this.requestID = requestID;
  }

  /** True when the request may have been carried out although no answer says so. */
  get outcomeUnknown() {
    return this.status === 0 || this.status >= 500;
  }
}

/**
 * Asks the person to sign in again after the session ended; set by the main module. Resolves
 * when the same person is back.
 * @type {() => Promise<void>}
 */
let signInAgain = async () => {};

/** @param {() => Promise<void>} handler */
export function whenSessionEnds(handler) {
  signInAgain = handler;
}

/**
 * Asks for a proof of the second factor before a call that matters; set by the main module. Resolves to false where
 * there is no factor to prove; throws when the person would rather not.
 * @type {() => Promise<boolean>}
 */
let proveAgain = async () => false;

/** @param {() => Promise<boolean>} handler */
export function whenProofIsNeeded(handler) {
  proveAgain = handler;
}

/**
 * Asks a person without a second factor to set one up where it became required; set by the main module. Resolves to false
 * where the whole page is given to that, or the person would rather not.
 * @type {() => Promise<boolean>}
 */
let enrol = async () => false;

/** @param {() => Promise<boolean>} handler */
export function whenFactorIsMissing(handler) {
  enrol = handler;
}

/** Calls that sign in or prove, and so ask for neither. */
const SIGNS_IN = /^\/session(\/passkey|\/second-factor)?(\/options)?$/;

/** The `userID` of the person whom this tab shows; "" before anybody signed in. */
let shownPerson = "";

/** @param {string} userID */
export function showsPerson(userID) {
  shownPerson = userID;
}

/**
 * Starts the tab anew, since nothing of the person whom it shows may stay. Never resolves: a page that is being left
 * keeps its callers waiting rather than failing them.
 * @returns {Promise<never>}
 */
export function startAnew() {
  location.reload();
  return new Promise(() => {});
}

/**
 * @typedef {{ body?: unknown, idempotencyKey?: string, signal?: AbortSignal }} CallOptions
 */

/**
 * @param {string} method
 * @param {string} path
 * @param {CallOptions} options
 */
async function send(method, path, { body, idempotencyKey, signal }) {
  /** @type {Record<string, string>} */
  const headers = { accept: "application/json" };
  if (shownPerson) headers["x-uw-person"] = shownPerson;
  if (body !== undefined) headers["content-type"] = "application/json";
  if (idempotencyKey) headers["idempotency-key"] = idempotencyKey;
  try {
    return await fetch(PREFIX + path, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      cache: "no-store",
      credentials: "same-origin",
      signal: signal ?? null,
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(
      0,
      "no_answer",
      navigator.onLine
        ? "No answer from the server. Check your connection and try again."
        : "You are offline. Try again when the connection is back.",
    );
  }
}

/**
 * @param {Response} response
 */
async function refusal(response) {
  /** @type {Partial<ErrorBody>} */
  const body = await response.json().catch(() => ({}));
  let message = body.message ?? `The server answered ${response.status}.`;
  const wait = response.headers.get("retry-after");
  if (response.status === 429 && wait) message += ` Try again in ${waitInWords(Number(wait))}.`;
  return new ApiError(
    response.status,
    body.code ?? "",
    message,
    body.errors ?? [],
    body.requestID ?? response.headers.get("x-request-id") ?? "",
  );
}

/** @param {number} seconds */
function waitInWords(seconds) {
  if (!(seconds > 90)) return `${Math.max(1, Math.ceil(seconds) || 1)} seconds`;
  return `${Math.ceil(seconds / 60)} minutes`;
}

/**
 * @template [T=unknown] the answer, as the API's description declares it
 * @param {string} method
 * @param {string} path after `/admin/v1`
 * @param {CallOptions} [options]
 * @returns {Promise<T>} null where the answer has no body
 */
export async function call(method, path, options = {}) {
  const response = await answer(method, path, options);
  return response.status === 204 ? /** @type {T} */ (null) : response.json();
}

/**
 * @param {string} method
 * @param {string} path
 * @param {CallOptions} options
 */
async function answer(method, path, options) {
  for (;;) {
    const response = await send(method, path, options);
    if (response.ok) return response;
    const error = await refusal(response);
    if (error.code === "session_changed") return startAnew();
    // A 401 means that nothing happened, so the same call is safe to repeat after signing in.
    const begins = SIGNS_IN.test(path);
    // Nothing happened either without a proof or a factor, and the same call works after it.
    if (error.code === "second_factor_required" && !begins && (await proveAgain())) continue;
    if (error.code === "enrolment_required" && (await enrol())) continue;
    if (error.code !== "not_signed_in" || begins) throw error;
    await signInAgain();
  }
}

/**
 * @template [T=unknown]
 * @param {string} path
 * @param {AbortSignal} [signal]
 * @returns {Promise<T>}
 */
export function get(path, signal) {
  return call("GET", path, signal ? { signal } : {});
}

/**
 * An answer whose body is read as it arrives.
 * @param {string} path
 * @param {AbortSignal} signal
 */
export function getResponse(path, signal) {
  return answer("GET", path, { signal });
}

/**
 * Checks that a path would answer; throws as `get` does.
 * @param {string} path
 */
export async function check(path) {
  await answer("HEAD", path, {});
}

/**
 * A list that is a plain array, with the address of the next page in its `Link` header.
 * @template [T=unknown]
 * @param {string} path
 * @param {AbortSignal} [signal]
 * @returns {Promise<Page<T>>}
 */
export async function getLinked(path, signal) {
  const response = await answer("GET", path, signal ? { signal } : {});
  const next = /<([^>]*)>;\s*rel="next"/.exec(response.headers.get("link") ?? "")?.[1];
  const nextCursor = (next && new URL(next, location.href).searchParams.get("cursor")) ?? "";
  return { items: await response.json(), nextCursor };
}

/**
 * `path?name=value` with the parameters that aren't empty.
 * @param {string} path
 * @param {Record<string, string | number | undefined>} parameters
 */
export function withQuery(path, parameters) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== "") query.set(name, String(value));
  }
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}
