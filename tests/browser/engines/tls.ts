import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { createServer } from "node:https";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";

import { freePort } from "../support/edge";

/**
 * The edge behind TLS: WebKit takes no Secure cookie over plain HTTP, not even from localhost. The edge itself sees plain
 * HTTP, so the browser's headers of origin, which name https, are left out.
 */
export async function behindTLS(edge: string): Promise<{ url: string; stop: () => void }> {
  const { hostname, port: edgePort } = new URL(edge);
  const headersOf = ({ headers }: IncomingMessage) => {
    const { origin, "sec-fetch-site": site, ...others } = headers;
    return { ...others, host: `${hostname}:${edgePort}` };
  };
  const server = createServer(certificate(), (incoming, outgoing) => {
    const onward = request(
      { host: "127.0.0.1", port: edgePort, method: incoming.method, path: incoming.url, headers: headersOf(incoming) },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    onward.on("error", () => outgoing.destroy());
    incoming.pipe(onward);
  });
  server.on("upgrade", (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    const onward = connect(Number(edgePort), "127.0.0.1", () => {
      const lines = Object.entries(headersOf(incoming)).map(([name, value]) => `${name}: ${String(value)}`);
      onward.write(`GET ${incoming.url} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
      onward.write(head);
      socket.pipe(onward).pipe(socket);
    });
    for (const end of [onward, socket]) end.on("error", () => socket.destroy());
  });
  const port = await freePort();
  await new Promise<void>((done) => server.listen(port, "127.0.0.1", done));
  const stop = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `https://localhost:${port}`, stop };
}

function certificate(): { key: Buffer; cert: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), "edge-tls-"));
  const [key, cert] = [join(folder, "key"), join(folder, "cert")];
  const options = ["-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"];
  execFileSync("openssl", ["req", "-x509", ...options, "-keyout", key, "-out", cert], { stdio: "ignore" });
  const pair = { key: readFileSync(key), cert: readFileSync(cert) };
  rmSync(folder, { recursive: true });
  return pair;
}
