// A Worker with the classes of wrangler.toml, which shows the runtime's configuration of the real one.
import { DurableObject } from "cloudflare:workers";

class Counter extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS events (name TEXT)");
  }

  add(name) {
    this.ctx.storage.sql.exec("INSERT INTO events VALUES (?)", name);
    return this.events();
  }

  events() {
    return this.ctx.storage.sql
      .exec("SELECT name FROM events")
      .toArray()
      .map((row) => row.name);
  }

  async wake(ms) {
    await this.ctx.storage.setAlarm(Date.now() + ms);
  }

  alarm() {
    this.add("alarm");
  }
}

export class Distributor extends Counter {}
export class Wallet extends Counter {}
export class User extends Counter {}
export class Issuer extends Counter {}
export class SignIns extends Counter {}

export default {
  async fetch(request, env) {
    const path = new URL(request.url).pathname;
    const object = env.WALLET.getByName("one");
    if (path === "/api/events") return Response.json(await object.events());
    if (path === "/api/add") return Response.json(await object.add("added"));
    if (path.startsWith("/api/wake/")) return Response.json((await object.wake(Number(path.slice(10)))) ?? null);
    if (path === "/api/env") {
      const { CURRENCY, KEY_PEPPER, KEY_PEPPER_PREVIOUS, OURS } = env;
      return Response.json({ CURRENCY, KEY_PEPPER, KEY_PEPPER_PREVIOUS, OURS });
    }
    if (path.startsWith("/api/files/")) return env.ASSETS.fetch(new URL(path.slice(10), request.url));
    return Response.json({ worker: path });
  },
};
