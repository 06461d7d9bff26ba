import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const WORKSPACE = resolve(import.meta.dirname, "../../..");
const START_MS = 300_000;
const STOP_MS = 10_000;
const POLL_MS = 100;

/** The real Worker on workerd with storage of its own. */
export interface Edge {
  url: string;
  issuerToken: string;
  stop: () => Promise<void>;
}

/** Starts the build as `cargo xtask dev` does for a person, without the demo. */
export async function startEdge(): Promise<Edge> {
  const port = await freePort();
  const state = await mkdtemp(join(tmpdir(), "edge-browser-"));
  const issuerToken = randomBytes(32).toString("hex");
  const options = ["--runtime", "workerd", "--no-demo", "--var", "DEMO=1", "--port", String(port), "--state", state];
  let said = "";
  const child = spawn("cargo", ["xtask", "dev", ...options], {
    cwd: WORKSPACE,
    env: { ...process.env, ISSUER_TOKEN: issuerToken },
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (said += String(data)));
  // Chromium takes a Secure cookie over plain HTTP from this name.
  const url = `http://localhost:${port}`;
  try {
    await answers(url, child);
  } catch (error) {
    await end(child);
    await rm(state, { recursive: true });
    throw new Error(`${String(error)}\n${said}`);
  }
  return {
    url,
    issuerToken,
    stop: async () => {
      await end(child);
      await rm(state, { recursive: true });
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (address === null || typeof address === "string") throw new Error("No free port was found");
  return address.port;
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`The edge ended with ${child.exitCode} instead of serving`);
    const answer = await fetch(`${url}/healthz`).catch(() => null);
    if (answer?.ok) return;
    await new Promise((done) => setTimeout(done, POLL_MS));
  }
  throw new Error(`The edge did not answer within ${START_MS / 1000} s`);
}

/** Ctrl-C, as a person would; it ends the runtime too. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((done) => child.once("exit", done));
  child.kill("SIGINT");
  const late = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
  await ended;
  clearTimeout(late);
}
