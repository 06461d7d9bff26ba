// An example Worker of a distributor in plain JavaScript, without a library: the same small API in front of the wallet's
// as the one in Rust beside it.
//
// - `GET /balance` returns the available part of the float.
// - `PUT /sales/{sale}` with `{"to": "+234…" or "100000", "amount": "1500"}` credits a customer or a merchant. The sale's
//   own number is the idempotency key, so a till may send it again as often as it likes.
//
// The types come from the server's own description: npx openapi-typescript https://wallet.example/openapi.json -o api.d.ts

/**
 * @import { Balance, ErrorBody, NewOperation, Receipt } from "../../../web-admin/js/types/api.d.ts"
 * @typedef {{ UNIVERSAL_WALLET_URL: string, UNIVERSAL_WALLET_DISTRIBUTOR_ID: string, UNIVERSAL_WALLET_API_KEY: string }} Env
 */

const MAX_ATTEMPTS = 4;
const ATTEMPT_TIMEOUT_MS = 2_000;
const TOTAL_TIMEOUT_MS = 8_000;

/** A failure that the till sees. */
class Problem extends Error {
  /**
   * @param {number} status
   * @param {string} message
   */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export default {
  /**
   * @param {Request} request
   * @param {Env} env
   */
  async fetch(request, env) {
    try {
      return Response.json(await route(request, env));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return Response.json({ message: error.message }, { status: error.status });
    }
  },
};

/**
 * @param {Request} request
 * @param {Env} env
 */
async function route(request, env) {
  const { pathname } = new URL(request.url);
  if (request.method === "GET" && pathname === "/balance") {
    const { available, currency } = /** @type {Balance} */ (await call(env, "GET", "/balance"));
    return { available, currency };
  }
  const sale = /^\/sales\/([\x21-\x7e]{1,255})$/.exec(pathname)?.[1];
  if (request.method === "PUT" && sale) {
    const { to, amount } = await request.json().catch(() => {
      throw new Problem(400, "The body is not JSON.");
    });
    /** @type {NewOperation} */
    const operation = String(to).startsWith("+")
      ? { operationType: "cash-in", amount, phoneTo: to }
      : { operationType: "cash-in", amount, merchantToShortCode: to };
    // The 200 alone is no money: the status says whether it moved.
    const { operationID, status } = /** @type {Receipt} */ (await call(env, "POST", "/operations", operation, sale));
    return { operationID, status };
  }
  throw new Problem(404, "There is GET /balance and PUT /sales/{sale}.");
}

/**
 * Calls the wallet, and repeats the call with the same idempotency key while that can help.
 *
 * @param {Env} env
 * @param {string} method
 * @param {string} path
 * @param {NewOperation} [body]
 * @param {string} [key]
 * @returns {Promise<unknown>}
 */
async function call(env, method, path, body, key) {
  const url = `${env.UNIVERSAL_WALLET_URL}/api/v1/distributors/${env.UNIVERSAL_WALLET_DISTRIBUTOR_ID}${path}`;
  const headers = new Headers({ authorization: `Bearer ${env.UNIVERSAL_WALLET_API_KEY}`, accept: "application/json" });
  if (body) headers.set("content-type", "application/json");
  if (key) headers.set("idempotency-key", key);
  const end = Date.now() + TOTAL_TIMEOUT_MS;
  for (let attempt = 1; ; attempt += 1) {
    const answer = await once(url, { method, headers, body: body && JSON.stringify(body) }, end);
    if (answer?.status === 200 && answer.content) return answer.content;
    const { message, code } = /** @type {Partial<ErrorBody>} */ (answer?.content ?? {});
    const isPassing =
      !answer || [408, 429, 500, 502, 503, 504].includes(answer.status) || Math.floor(answer.status / 10) === 52;
    const waitMs = (answer?.retryAfterMs ?? 0) + Math.random() * Math.min(200 * 2 ** (attempt - 1), 5_000);
    if (isPassing && attempt < MAX_ATTEMPTS && Date.now() + waitMs < end) {
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      continue;
    }
    if (isPassing || !code) {
      // Whether the money moved is unknown; the same sale sent again finds out.
      throw new Problem(503, `Whether it was done is unknown: send it again. (${message ?? "no answer"})`);
    }
    throw new Problem(422, `${message} (${code})`);
  }
}

/**
 * One attempt; undefined without a complete answer.
 *
 * @param {string} url
 * @param {RequestInit} init
 * @param {number} end
 */
async function once(url, init, end) {
  const signal = AbortSignal.timeout(Math.max(1, Math.min(ATTEMPT_TIMEOUT_MS, end - Date.now())));
  try {
    // A redirect would carry the key elsewhere.
    const response = await fetch(url, { ...init, redirect: "manual", signal });
    const text = await response.text();
    const retryAfterMs = 1_000 * (Number.parseInt(response.headers.get("retry-after") ?? "0", 10) || 0);
    return { status: response.status, retryAfterMs, content: json(text) };
  } catch {
    return undefined;
  }
}

/**
 * @param {string} text
 * @returns {unknown}
 */
function json(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
