// The cost of a Worker that does nothing: a constant answer.

const BODY = JSON.stringify({ balance: "50000.00", available: "50000.00", held: "0.00", currency: "NGN" });
const HEADERS = { "Content-Type": "application/json", "Cache-Control": "no-store" };

export default {
  fetch() {
    return new Response(BODY, { headers: HEADERS });
  },
};
