// The same Worker with its costs counted: calls of objects, alarms that fired, rows. Setting an alarm
// writes a row.

import worker, * as production from "./worker.js";

let counts;
let running = null;

function reset() {
  running = null;
  counts = { calls: { all: 0 }, alarms: { all: 0 }, rowsRead: { all: 0 }, rowsWritten: { all: 0 } };
}
reset();

/** Adds the rows that the last statement read and wrote: a cursor knows them after it was read. */
function settle() {
  counts.rowsRead.all += running?.rowsRead ?? 0;
  counts.rowsWritten.all += running?.rowsWritten ?? 0;
  running = null;
}

/** Replaces a method that all values of a kind share. */
function watch(value, method, before) {
  const prototype = Object.getPrototypeOf(value);
  if (prototype.watched) return;
  prototype.watched = true;
  const original = prototype[method];
  prototype[method] = function (...values) {
    before();
    const result = original.apply(this, values);
    if (method === "exec") running = result;
    return result;
  };
}

function counted(Production) {
  class Counted extends Production {
    constructor(ctx, env) {
      watch(ctx.storage, "setAlarm", () => (counts.rowsWritten.all += 1));
      watch(ctx.storage.sql, "exec", settle);
      super(ctx, env);
    }
  }
  for (const name of Object.getOwnPropertyNames(Production.prototype).filter((name) => name !== "constructor")) {
    Counted.prototype[name] = function (...values) {
      counts[name === "alarm" ? "alarms" : "calls"].all += 1;
      return Production.prototype[name].apply(this, values);
    };
  }
  return Counted;
}

export const Distributor = counted(production.Distributor);
export const Wallet = counted(production.Wallet);

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (pathname === "/testing/counts") {
      settle();
      return Response.json(counts);
    }
    if (pathname === "/testing/reset") {
      reset();
      return Response.json(null);
    }
    return worker.fetch(request, env);
  },
};
