// The tests' entry: the production Worker and objects, instrumented, with powers under POST /testing/.
// It is never deployed.

import { clock } from "./clock.js";
import { live } from "./instance.js";
import * as production from "./objects.js";
import worker from "./worker.js";

const FAR = 8.64e15;

let frozen = null;
let offset = 0;
clock.now = () => frozen ?? Date.now() + offset;

// Longest that any timer takes, in ms.
let patience = FAR;
const { after } = clock;
let turnsHeld = false;
clock.after = (ms, run) => {
  // Turns are the shortest of all timers.
  const go = () => (turnsHeld && ms < 10 ? after(ms, go) : run());
  return after(Math.min(ms, patience), go);
};

const watch = { calls: {}, alarms: {}, rowsRead: {}, rowsWritten: {}, statements: new Map() };
let faults = [];
let waiting = 0;
let alarms = true;
let running = null;

/** Adds the rows that the last statement read and wrote: a cursor knows them after it was read. */
function settle() {
  if (running === null) return;
  const { kind, cursor } = running;
  running = null;
  add(watch.rowsRead, kind, cursor.rowsRead);
  add(watch.rowsWritten, kind, cursor.rowsWritten);
}

function add(counts, kind, number) {
  counts[kind] = (counts[kind] ?? 0) + number;
}

/** The object with some of its members replaced. */
function replaced(object, members) {
  const get = (_, name) => {
    if (name in members) return members[name];
    const value = object[name];
    return typeof value === "function" ? value.bind(object) : value;
  };
  return new Proxy({}, { get });
}

/** A message that meets a silence waits until all faults are healed. */
async function silence(met) {
  waiting += 1;
  while (faults.includes(met)) await scheduler.wait(20);
  waiting -= 1;
}

/** An object's context with its statements and alarms counted. Setting an alarm writes a row. */
function watched(ctx, kind) {
  const exec = (sql, ...bindings) => {
    settle();
    watch.statements.set(`${kind} ${sql}`, { kind, sql, bindings: bindings.length });
    const cursor = ctx.storage.sql.exec(sql, ...bindings);
    running = { kind, cursor };
    return cursor;
  };
  const setAlarm = (at) => {
    add(watch.rowsWritten, kind, 1);
    return ctx.storage.setAlarm(alarms ? Date.now() + Number(at) - clock.now() : FAR);
  };
  return replaced(ctx, {
    storage: replaced(ctx.storage, { sql: replaced(ctx.storage.sql, { exec }), setAlarm }),
  });
}

// Who plays code of the next version: "WORKER", and kinds of objects.
let newer = [];

/** From now on Rust writes messages as the code that `who` runs does. */
function play(env, who) {
  live(env).edge.Worker.play_next_version?.(newer.includes(who));
}

/** The fault that applies to a message, if one is left. */
function fault(kind, message) {
  const found = faults.find((one) => one.object === kind && one.times > 0 && message.includes(one.match));
  if (found) found.times -= 1;
  return found;
}

const tested = (kind, Production) =>
  // The shell finds the Rust object by the name of the class.
  ({
    [Production.name]: class extends Production {
      #ctx;

      constructor(ctx, env) {
        super(ctx, env);
        this.#ctx = ctx;
        this.ctx = watched(ctx, kind);
      }

      async call(message, rows) {
        add(watch.calls, kind, 1);
        const meets = fault(kind, message);
        if (meets?.when === "before") throw new Error("lost before it arrived");
        if (meets?.when === "silent") await silence(meets);
        const reply = await super.call(message, rows);
        if (meets?.when === "stuck") await silence(meets);
        if (meets?.when === "after") throw new Error("lost after it was done");
        return reply;
      }

      enter(event, run, rows) {
        play(this.env, kind);
        const step = super.enter(event, run, rows);
        play(this.env, "WORKER");
        return step;
      }

      async alarm() {
        add(watch.alarms, kind, 1);
        return super.alarm();
      }

      async power({ act, sql, bindings, message }) {
        if (act === "tell") return super.call(message);
        if (act === "evict") this.#ctx.abort("evicted");
        if (act === "alarm") return (await this.alarm()) ?? null;
        return [...this.#ctx.storage.sql.exec(sql, ...(bindings ?? []))];
      }
    },
  })[Production.name];

export const Distributor = tested("DISTRIBUTOR", production.Distributor);
export const Wallet = tested("WALLET", production.Wallet);
export const User = tested("USER", production.User);
export const Issuer = tested("ISSUER", production.Issuer);
export const SignIns = tested("SIGN_INS", production.SignIns);
export const Webhook = tested("WEBHOOK", production.Webhook);

const POWERS = {
  /** `{"now"}` stops the clock at that time; `{"offset"}` (ms) lets it run ahead by that much. */
  clock({ now = null, offset: ahead = 0 }) {
    frozen = now;
    offset = ahead;
    return clock.now();
  },

  /** `{"ms"}`: no deadline is longer than that. */
  patience({ ms }) {
    patience = ms;
  },

  /** `{"held"}`: whether calls that let others go first wait until they are let go. */
  turns({ held }) {
    turnsHeld = held;
  },

  /** `{"on"}`: whether alarms that objects set from then on fire by themselves. */
  alarms({ on }) {
    alarms = on;
  },

  counts() {
    settle();
    const { calls, alarms, rowsRead, rowsWritten } = watch;
    return { calls, alarms, rowsRead, rowsWritten, waiting };
  },

  reset() {
    settle();
    Object.assign(watch, { calls: {}, alarms: {}, rowsRead: {}, rowsWritten: {} });
    watch.statements.clear();
  },

  /** Every statement since the last reset: the object's kind, its text, its number of bindings. */
  statements() {
    return [...watch.statements.values()];
  },

  /**
   * `{"object", "when": "before" | "after" | "silent" | "stuck", "times"?, "match"?}`: loses messages. A message that
   * meets a silence waits until all faults are healed: `silent` before it arrives, `stuck` after it was carried out.
   */
  fault({ object, when, times = 1, match = "" }) {
    faults.push({ object, when, times, match });
  },

  heal() {
    faults = [];
  },

  /** `{"newer"}`: who plays code of the next version, "WORKER" and kinds of objects; in builds with faults alone. */
  versions({ newer: those }, env) {
    newer = those;
    play(env, "WORKER");
  },

  /** `{"object", "name", "message"}`: an object is told a message as it is. */
  tell: (command, env) => object(env, command).power({ ...command, act: "tell" }),

  sql: (command, env) => object(env, command).power({ ...command, act: "sql" }),
  alarm: (command, env) => object(env, command).power({ act: "alarm" }),
  evict: (command, env) =>
    object(env, command)
      .power({ act: "evict" })
      .catch(() => null),
};

const object = (env, { object: kind, name }) => env[kind].get(env[kind].idFromName(name));

export default {
  async fetch(request, env) {
    const [, area, power] = new URL(request.url).pathname.split("/");
    if (area !== "testing") return worker.fetch(request, env);
    try {
      return Response.json((await POWERS[power](await request.json(), env)) ?? null);
    } catch (error) {
      return Response.json(String(error), { status: 500 });
    }
  },
};
