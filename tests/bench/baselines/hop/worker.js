// The cost of the way to an object and back: the object answers a constant.

import { DurableObject } from "cloudflare:workers";

const BODY = JSON.stringify({ balance: "50000.00", available: "50000.00", held: "0.00", currency: "NGN" });
const HEADERS = { "Content-Type": "application/json", "Cache-Control": "no-store" };

export class Distributor extends DurableObject {
  balance() {
    return BODY;
  }
}

export default {
  async fetch(_request, env) {
    const object = env.DISTRIBUTOR.get(env.DISTRIBUTOR.idFromName("one"));
    return new Response(await object.balance(), { headers: HEADERS });
  },
};
