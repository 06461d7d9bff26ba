// The Durable Objects: each holds a Rust object and passes it strings. After a trap the Rust object
// is loaded again from storage, which the trap left intact.

import { DurableObject } from "cloudflare:workers";
import { clock } from "./clock.js";
import { live, renew } from "./instance.js";
import { follow, goesOn } from "./steps.js";

// Pause between two turns of calls that let others go first.
const TURN_MS = 2;
// Errors of opening an object, which Rust returns and has logged; any other error is a trap.
const UNOPENED = { newer: "E503", unloadable: "E500" };

class Holder extends DurableObject {
  #held;
  #generation = 0;
  #turn = Promise.resolve();

  /**
   * Runs a synchronous call into Rust on behalf of an event, which is a message; `E500` after a trap. `rows`, if
   * given, counts the rows of the call.
   */
  enter(event, run, rows) {
    try {
      const { edge, generation, problem } = live(this.env);
      if (problem) return "E503";
      if (this.#generation !== generation) {
        this.#held = edge[this.constructor.name].open(this.ctx, event);
        this.#generation = generation;
      }
      if (rows) edge.Worker.count_rows(true);
      const step = run(this.#held, clock.now());
      if (rows) {
        const [read, written] = edge.Worker.count_rows(false);
        rows.read += read;
        rows.written += written;
      }
      return step[0] === "&" ? this.fork(event, step) : step;
    } catch (error) {
      if (Object.hasOwn(UNOPENED, error?.message)) return UNOPENED[error.message];
      this.#generation = 0;
      renew(this.constructor.name, event, error);
      return "E500";
    }
  }

  call(message, rows) {
    const step = this.enter(message, (held, now) => held.call(message, now), rows);
    return goesOn(step) ? this.follow(message, step, rows) : step;
  }

  /** The next turn. Those who wait for one go on one after the other, with other events in between. */
  turn() {
    this.#turn = this.#turn.then(() => new Promise((go) => clock.after(TURN_MS, go)));
    return this.#turn;
  }

  /** The same, with the rows read and written here and in the objects that this one called. */
  async counted(message) {
    const rows = { read: 0, written: 0 };
    return { reply: await this.call(message, rows), ...rows };
  }

  async alarm() {
    // An alarm belongs to no request, so it gets its own name in the log.
    const event = `alarm 1 ${crypto.randomUUID()} alarm `;
    const step = await this.follow(
      event,
      this.enter(event, (held, now) => held.alarm(event, now)),
    );
    // The platform repeats an alarm that throws.
    if (step[0] === "E") throw new Error("The alarm could not do its work.");
  }

  /** Follows the steps that a step lists beside itself, and returns the step. */
  fork(event, step) {
    const end = step.indexOf("\n");
    for (const other of JSON.parse(step.slice(1, end))) this.follow(event, other);
    return step.slice(end + 1);
  }

  follow(event, step, rows) {
    const resume = (number, reply) => this.enter(event, (held, now) => held.resume(number, reply, now), rows);
    return follow(this.env, step, rows, resume, () => this.turn());
  }
}

export class Distributor extends Holder {
  /** Opens a WebSocket for a member, whom the Worker has authenticated. */
  fetch(request) {
    const message = request.headers.get("UW-Listener");
    const admitted = this.enter(message, (held, now) => held.listen(message, now));
    if (!admitted.startsWith("usr_")) return new Response(null, { status: admitted[0] === "E" ? 500 : 404 });
    const end = admitted.indexOf(" ");
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server, [admitted.slice(0, end)]);
    server.serializeAttachment(JSON.parse(admitted.slice(end + 1)));
    return new Response(null, { status: 101, webSocket: client });
  }

  webSocketMessage() {}

  webSocketClose(socket, code) {
    socket.close(code === 1005 ? 1000 : code);
  }
}
export class Wallet extends Holder {}
export class User extends Holder {}
export class Issuer extends Holder {}
export class SignIns extends Holder {}
export class Webhook extends Holder {}
