// The whole job by hand in JavaScript, written to be right and fast: the
// Worker reads the request, the object decides, and the wallet is told. No pepper, no approvals, no
// chain of hashes, no console.

import { cents } from "./money.js";
import { Refusal, refuse } from "./refusal.js";

export { Distributor } from "./distributor.js";
export { Wallet } from "./wallet.js";

const ROUTE = /^\/api\/v1\/distributors\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/(balance|operations)$/i;
const KEY = /^Bearer +(uwk_[0-9A-Za-z]{52})$/i;
const IDEMPOTENCY = /^[!-~]{1,255}$/;
const MEMBERS = new Set(["operationType", "amount", "phoneTo", "memo"]);
const MAX_BODY = 64 * 1024;
const encoder = new TextEncoder();

export default {
  async fetch(request, env) {
    const requestID = crypto.randomUUID();
    try {
      const { pathname, searchParams } = new URL(request.url);
      const route = ROUTE.exec(pathname);
      if (!route)
        return pathname === "/setup" ? await setUp(request, env) : refuse(404, "not_found", "There is nothing here.");
      const call = CALLS[`${request.method} ${route[2]}`];
      if (!call) refuse(405, "method_not_allowed", "This path does not answer to that method.");
      const name = route[1].toLowerCase();
      const object = env.DISTRIBUTOR.get(env.DISTRIBUTOR.idFromName(name));
      const { refusal, rate, replayed, next, body } = await call(
        request,
        object,
        await caller(request.headers),
        name,
        searchParams,
      );
      if (refusal) throw new Refusal(...refusal);
      const headers = { "Content-Type": "application/json", "Cache-Control": "no-store", "X-Request-ID": requestID };
      if (rate) {
        headers["RateLimit-Policy"] = rate.policy;
        headers.RateLimit = rate.remaining;
      }
      if (next) headers.Link = `<${pathname}?limit=${searchParams.get("limit") ?? 100}&cursor=${next}>; rel="next"`;
      if (replayed) headers["Idempotent-Replayed"] = "true";
      return new Response(JSON.stringify(body), { headers });
    } catch (error) {
      return failed(error, requestID);
    }
  },
};

const CALLS = {
  "GET balance": (_request, object, who) => object.balance(who),

  "GET operations": (_request, object, who, distributorID, query) => {
    const limit = query.get("limit") ?? "100";
    if (!/^[1-9][0-9]{0,3}$/.test(limit) || Number(limit) > 1000)
      refuse(400, "invalid_request", "limit must be 1 to 1000.");
    for (const name of query.keys()) {
      if (name !== "limit") refuse(400, "invalid_request", `${name} is not known.`);
    }
    return object.list(who, distributorID, Number(limit));
  },

  "POST operations": async (request, object, who) => {
    const { headers } = request;
    if (!/^application\/json(;|$)/i.test(headers.get("Content-Type") ?? "")) {
      refuse(415, "unsupported_media_type", "The body must be application/json.");
    }
    const once = headers.get("Idempotency-Key");
    if (once !== null && !IDEMPOTENCY.test(once)) refuse(400, "invalid_request", "Idempotency-Key is malformed.");
    return object.cashIn(who, once, operation(await request.text()));
  },
};

/** The caller: the key by its hash, and the address. */
async function caller(headers) {
  const authorization = headers.get("Authorization");
  if (!authorization) refuse(401, "missing_api_key", "Send an API key.");
  const key = KEY.exec(authorization);
  if (!key) refuse(401, "invalid_api_key", "This is no API key.");
  const hash = await crypto.subtle.digest("SHA-256", encoder.encode(key[1]));
  return { hash, ip: headers.get("CF-Connecting-IP") };
}

/** The operation of a body, validated. */
function operation(text) {
  if (text.length > MAX_BODY) refuse(413, "body_too_large", "The body is too large.");
  let body;
  try {
    body = JSON.parse(text);
  } catch {
    refuse(400, "invalid_json", "The body is not JSON.");
  }
  if (typeof body !== "object" || body === null) refuse(400, "invalid_request", "The body must be an object.");
  for (const member of Object.keys(body)) {
    if (!MEMBERS.has(member)) refuse(400, "invalid_request", `${member} is not known.`);
  }
  const { operationType, amount, phoneTo, memo = "" } = body;
  if (operationType !== "cash-in") refuse(400, "invalid_request", "operationType must be cash-in.");
  const minor = cents(amount);
  if (minor === null || minor === 0n)
    refuse(400, "invalid_amount", "amount must be above zero, with two decimals at most.");
  if (typeof phoneTo !== "string" || phoneTo.length > 32)
    refuse(400, "invalid_request", "phoneTo must be a phone number.");
  const phone = phoneTo.replace(/[ ()-]/g, "");
  if (!/^\+[1-9][0-9]{6,14}$/.test(phone)) refuse(400, "invalid_request", "phoneTo must be a phone number.");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a memo with control characters is refused.
  if (typeof memo !== "string" || memo.length > 256 || /[\x00-\x1f\x7f]/.test(memo)) {
    refuse(400, "invalid_request", "memo must be a text of 256 characters at most.");
  }
  return { amount: minor, phoneTo, phone, memo };
}

async function setUp(request, env) {
  const { distributorID, ...settings } = await request.json();
  await env.DISTRIBUTOR.get(env.DISTRIBUTOR.idFromName(distributorID)).setUp(settings);
  return new Response(null, { status: 204 });
}

function failed(error, requestID) {
  const refusal = error instanceof Refusal ? error : new Refusal(500, "internal", "Something went wrong here.");
  if (refusal.status === 500) console.error(error);
  const headers = { "Cache-Control": "no-store", "X-Request-ID": requestID };
  if (refusal.status === 401) headers["WWW-Authenticate"] = 'Bearer error="invalid_token"';
  if (refusal.status === 429) headers["Retry-After"] = "1";
  const body = { error: refusal.phrase, message: refusal.message, code: refusal.code, requestID };
  return Response.json(body, { status: refusal.status, headers });
}
