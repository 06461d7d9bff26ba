// A scripted server in Node, one answer per call. The file is evaluated as an
// expression, whose value starts a server.
async (text) => {
  const { createServer } = process.getBuiltinModule("node:http");
  const plays = JSON.parse(text);
  const calls = [];
  const server = createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    const body = Buffer.concat(parts).toString();
    const call = { method: request.method, path: request.url, headers: request.headers, body, gaveUp: false };
    calls.push(call);
    response.on("close", () => (call.gaveUp = !response.writableFinished));
    const play = plays.shift() ?? { close: true };
    if (play.close) return request.socket.destroy();
    if (play.silence) return;
    response.writeHead(play.status, { "content-type": "application/json", ...play.headers });
    if (play.flood) {
      const chunk = Buffer.alloc(65536, "0");
      const more = () => { while (!response.destroyed && response.write(chunk)); };
      response.on("drain", more);
      return more();
    }
    if (play.drip) {
      const drip = setInterval(() => response.write(" "), 20);
      return response.on("close", () => clearInterval(drip));
    }
    response.end(play.body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    calls: () => JSON.stringify(calls),
    close: () => { server.close(); server.closeAllConnections(); },
  };
};
