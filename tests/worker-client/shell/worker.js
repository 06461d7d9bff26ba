// The entry: starts the wasm once, and passes each request to it.

import { initSync, Till } from "./client.js";
import module from "./client_bg.wasm";

initSync({ module });
let till;

export default {
  async fetch(request, env) {
    till ??= new Till(
      env.UNIVERSAL_WALLET_URL,
      env.UNIVERSAL_WALLET_DISTRIBUTOR_ID,
      env.UNIVERSAL_WALLET_API_KEY,
      env.UNIVERSAL_WALLET_WEBHOOK_SECRET,
    );
    const { pathname } = new URL(request.url);
    const isMessage = request.method === "POST" && pathname === "/webhooks";
    const { status, body } = isMessage
      ? await till.receive((name) => request.headers.get(name), new Uint8Array(await request.arrayBuffer()))
      : await till.answer(request.method, pathname, await request.text());
    return new Response(body, { status, headers: { "content-type": "application/json" } });
  },
};
