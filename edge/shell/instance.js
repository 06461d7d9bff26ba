// The one Wasm instance of this isolate. A panic traps it; then a fresh one takes its place, and
// objects reload themselves from storage.

import * as edge from "./edge.js";
import module from "./edge_bg.wasm";
import { fault } from "./log.js";

const VARIABLES = [
  "CURRENCY",
  "COUNTRY_CODE",
  "RATE_LIMIT_PER_KEY",
  "RETURNED_PER_KEY_DAY",
  "STORAGE_BYTES",
  "DEMO",
  "ISSUER_TOKEN",
  "ISSUER_TOKEN_PREVIOUS",
  "KEY_PEPPER",
  "KEY_PEPPER_PREVIOUS",
  "SESSION_SECRET",
];

let generation = 0;
let ready = false;
let problem = "";

/** The exports of a live instance; `problem` says why it cannot serve. */
export function live(env) {
  if (!ready) {
    if (generation === 0) edge.initSync({ module });
    generation += 1;
    const variables = Object.fromEntries(
      VARIABLES.filter((name) => typeof env[name] === "string").map((name) => [name, env[name]]),
    );
    problem = edge.Worker.configure(JSON.stringify(variables));
    ready = true;
  }
  return { edge, generation, problem };
}

/** Takes a fresh instance after a trap, which an event in some object or in the Worker caused. */
export function renew(object, event, error) {
  fault(object, event, `the instance trapped: ${error}`);
  edge.__wbg_reset_state();
  ready = false;
}
