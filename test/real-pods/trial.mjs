// A service whose answers are told it by who asks, to see what a gateway makes of them:
//   /slow?ms=, /bulkhead?ms=  answers after so long
//   /flaky?id=&fails=         answers 503 so often for one id, and says for the how-manieth time it was asked
//   /flaky/attempts           how often it was asked for each id
//   /breaker                  200, or 503 once /break was asked, until /mend is; no route leads to those two
//   anything else             200, with the headers that it was sent
// With KEYS it serves them as an issuer of tokens does, by TLS.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

const { KEYS } = process.env;
/** Until every proxy has let go of it. */
const DRAIN_MS = 5_000;
const attempts = new Map();
let isBroken = false;
let isEnding = false;

async function slow({ query }) {
  await sleep(Number(query.get("ms")));
  return [200, {}];
}

const answers = {
  slow,
  bulkhead: slow,
  flaky: async ({ path, query }) => {
    if (path === "/flaky/attempts") return [200, Object.fromEntries(attempts)];
    const id = query.get("id");
    const attempt = (attempts.get(id) ?? 0) + 1;
    attempts.set(id, attempt);
    return [attempt > Number(query.get("fails")) ? 200 : 503, { attempt }];
  },
  breaker: async () => [isBroken ? 503 : 200, {}],
  break: async () => {
    isBroken = true;
    return [200, {}];
  },
  mend: async () => {
    isBroken = false;
    return [200, {}];
  },
};

const api = createServer(async (request, response) => {
  const { pathname: path, searchParams: query } = new URL(request.url, "http://trial");
  request.resume();
  const answer = answers[path.split("/")[1]] ?? (async () => [200, { sent: request.headers }]);
  const [status, body] = await answer({ path, query });
  if (isEnding) response.setHeader("connection", "close");
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify({ pod: hostname(), ...body }));
});
api.listen(8080);
createServer((_, response) => response.end()).listen(9090);
if (KEYS)
  createTlsServer({ cert: readFileSync("/tls/tls.crt"), key: readFileSync("/tls/tls.key") }, (_, response) => {
    response.writeHead(200, { "content-type": "application/json" }).end(KEYS);
  }).listen(8443);
process.on("SIGTERM", () => {
  isEnding = true;
  setTimeout(() => api.close(() => process.exit()), DRAIN_MS);
});
