// better-auth's API keys behind an HTTP server, as its guide sets them up: SQLite, rate limit on. Prints
// its port and a key, then answers whether the bearer token of a request is valid.

import { createServer } from "node:http";
import { DatabaseSync } from "node:sqlite";
import { apiKey } from "@better-auth/api-key";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";

const database = new DatabaseSync(process.argv[2]);
database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
const options = {
  database,
  baseURL: "http://localhost",
  secret: crypto.randomUUID() + crypto.randomUUID(),
  emailAndPassword: { enabled: true },
  telemetry: { enabled: false },
  // The rate limit counts but is never reached.
  plugins: [apiKey({ rateLimit: { enabled: true, timeWindow: 1000, maxRequests: 1_000_000 } })],
};
await (await getMigrations(options)).runMigrations();
const auth = betterAuth(options);
const body = { email: "till@bank.test", password: "correct horse battery", name: "Till 7" };
const { user } = await auth.api.signUpEmail({ body });
const { key } = await auth.api.createApiKey({ body: { userId: user.id, name: "Till 7" } });

const server = createServer(async (request, response) => {
  const token = request.headers.authorization?.replace(/^Bearer /, "") ?? "";
  const { valid } = await auth.api.verifyApiKey({ body: { key: token } });
  response.writeHead(valid ? 200 : 401, { "Content-Type": "application/json", "Cache-Control": "no-store" });
  response.end(JSON.stringify({ valid }));
});
server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: server.address().port, key })));
