import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, request as plain } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { Agent, request } from "node:https";
import { connect as connectTls } from "node:tls";
import { eventually } from "@plumbline-shop/testing/net";
import type { RealProcess } from "@plumbline-shop/testing/process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { REDIS } from "../rehearsal/images/redis.ts";
import type { KubeObject } from "../rehearsal/plugins/kubernetes/object.ts";
import { objectsOf } from "./support/component-objects.ts";
import { CountingGateway } from "./support/counting-gateway.ts";
import { envoyBinary } from "./support/envoy.ts";
import { programsOf } from "./support/image-programs.ts";
import { HOST, judgedShop, LIMIT, PORTS } from "./support/judged-shop.ts";
import { whyNoOwnNetwork } from "./support/own-network.ts";
import { validatorBinary, writeDocuments } from "./support/validator.ts";

const SECRET = "4f9c-very-secret";

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly agent?: Agent;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

const ORDER = { customer: "ada", currency: "EUR", items: [{ sku: "anvil", quantity: 2, unitPrice: 4999 }] };
const ID = "0192f0c1-7a3e-4f6b-8a50-3a4f2d9c1b77";
const JSON_BODY = { "content-type": "application/json", "idempotency-key": "key-00001" };
const post = (order: unknown, headers: Record<string, string> = JSON_BODY): Asked => ({
  method: "POST",
  headers,
  body: typeof order === "string" ? order : JSON.stringify(order),
});

const found = await envoyBinary();
const missing = "missing" in found ? found.missing : whyNoOwnNetwork;

describe.skipIf(missing !== undefined)(
  `requests that two Envoys ask two validators about${missing ? ` (skipped: ${missing})` : ""}`,
  () => {
    const reached: { method: string; url: string; body: string }[] = [];
    const service = createServer(async (asked, answer) => {
      const body = Buffer.concat(await asked.toArray()).toString();
      reached.push({ method: asked.method ?? "", url: asked.url ?? "", body });
      answer.end("served");
    });
    const kept = new Agent({ keepAlive: true, maxSockets: 1 });
    const validators: RealProcess[] = [];
    let it: CountingGateway;
    let startValidator: (index: number) => void;
    let forget: () => void = () => {};

    beforeAll(async () => {
      forget = await programsOf([REDIS]);
      const objects = (await objectsOf(judgedShop)) as KubeObject[];
      const [envoy, validator] = ["path" in found ? found.path : "", await validatorBinary()];
      const asked = { validation: PORTS, "validation-open": PORTS };
      const gateway = { gateway: "shop-edge/gateway", host: HOST, issuer: "login.example.com" };
      it = await CountingGateway.start({ objects, envoy, ...gateway, asked });
      const folder = writeDocuments(objects, it.network);
      startValidator = (index) => {
        const env = { DOCUMENTS_FOLDER: folder, PORT: String(PORTS[index]), ADMIN_PORT: String(9090 + index) };
        validators[index] = it.network.start(validator, [], { ...env, SHUTDOWN_SECONDS: "10" });
      };
      for (const index of PORTS.keys()) startValidator(index);
      service.listen(it.network.path("service.sock"));
      await once(service, "listening");
      const local = (port: number) => ({ host: "127.0.0.1", port });
      await it.network.bridge([
        [local(8080), { path: "/tmp/service.sock" }],
        [{ path: "/tmp/client.sock" }, local(443)],
        [{ path: "/tmp/admin-0.sock" }, local(9090)],
        [{ path: "/tmp/admin-1.sock" }, local(9091)],
      ]);
      await eventually("both Envoys ask", 60, async () => {
        for (let asked = 0; asked < 12; asked++) {
          expect((await ask("/plain")).status).toBe(200);
          expect((await ask("/orders/nothing")).status).toBe(400);
          expect((await ask(`/open/${ID}`)).status).toBe(200);
        }
      }).catch((error) => Promise.reject(new Error(it.network.said, { cause: error })));
    }, 300_000);
    afterAll(async () => {
      kept.destroy();
      service.close();
      await it?.network.stop();
      forget();
    });

    const ask = (path: string, { method = "GET", headers = {}, body, agent }: Asked = {}): Promise<Answer> =>
      new Promise((resolve, reject) => {
        const to = { socketPath: it.network.path("client.sock"), servername: HOST, ca: it.authority, path, method };
        const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
        const all = { ...length, ...headers, host: HOST };
        request({ ...to, agent: agent ?? false, headers: all }, async (response) => {
          const text = Buffer.concat(await response.toArray()).toString();
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        })
          .on("error", reject)
          .end(body);
      });
    /** Sends by HTTP/2 without a length, and trailers after the body, if there is any. */
    const stream = (path: string, headers: Record<string, string>, body: string) =>
      new Promise<number>((resolve, reject) => {
        const socket = () =>
          connectTls({
            path: it.network.path("client.sock"),
            servername: HOST,
            ca: it.authority,
            ALPNProtocols: ["h2"],
          });
        const session = connectHttp2(`https://${HOST}`, { createConnection: socket });
        session.on("error", reject);
        const sent = session.request({ ":path": path, ":method": "POST", ...headers }, { waitForTrailers: true });
        sent.on("error", reject).on("wantTrailers", () => sent.sendTrailers({ "x-end": "1" }));
        sent.on("response", ({ ":status": status = 0 }) => {
          resolve(status);
          session.destroy();
        });
        sent.end(body);
      });
    const metrics = async () => {
      const texts = await Promise.all(
        [...PORTS.keys()].map(
          (index) =>
            new Promise<string>((resolve, reject) => {
              const to = { socketPath: it.network.path(`admin-${index}.sock`), path: "/metrics" };
              plain(to, async (response) => resolve(Buffer.concat(await response.toArray()).toString()))
                .on("error", reject)
                .end();
            }),
        ),
      );
      return texts.join("\n");
    };

    test("what the document allows arrives, whole", async () => {
      reached.length = 0;
      expect((await ask("/orders", post(ORDER))).text).toBe("served");
      expect((await ask(`/orders/${ID}`)).text).toBe("served");
      expect((await ask(`/orders/${ID}`, { method: "HEAD" })).status).toBe(200);
      expect(await stream("/orders", JSON_BODY, JSON.stringify(ORDER))).toBe(200);
      const many = { ...ORDER, items: Array.from({ length: 100 }, () => ORDER.items[0]) };
      expect((await ask("/orders", post(many))).status).toBe(200);
      expect(reached.map(({ body }) => (body === "" ? "" : JSON.parse(body)))).toEqual([ORDER, "", "", ORDER, many]);
    });

    test.each<[string, string, Asked, number, RegExp]>([
      ["a path", "/orders/a/b", {}, 404, /no such path/],
      ["a method", `/orders/${ID}`, { method: "DELETE" }, 405, /no such method/],
      ["an id", `/orders/${SECRET}`, {}, 400, /"in":"path","name":"id","detail":"must be of the format uuid"/],
      ["a parameter", `/orders/${ID}?debug=${SECRET}`, {}, 400, /"in":"query","name":"debug"/],
      ["a missing header", "/orders", post(ORDER, { "content-type": "application/json" }), 400, /Idempotency-Key/],
      [
        "a short header",
        "/orders",
        post(ORDER, { ...JSON_BODY, "idempotency-key": "key" }),
        400,
        /at least 8 characters/,
      ],
      ["a missing body", "/orders", { method: "POST", headers: JSON_BODY }, 400, /"in":"body","detail":"is needed"/],
      ["a type", "/orders", post(ORDER, { ...JSON_BODY, "content-type": "text/plain" }), 415, /application\/json/],
      [
        "a compressed body",
        "/orders",
        post(ORDER, { ...JSON_BODY, "content-encoding": "gzip" }),
        415,
        /not compressed/,
      ],
      ["no JSON", "/orders", post(`{"customer": ${SECRET}`), 400, /is not JSON/],
      ["a name twice", "/orders", post(`{"customer":"ada","customer":"${SECRET}"}`), 400, /stands twice/],
      [
        "a field",
        "/orders",
        post({ ...ORDER, discount: SECRET }),
        400,
        /"pointer":"#","detail":"has what .*: discount"/,
      ],
      [
        "a value deep within",
        "/orders",
        post({ ...ORDER, items: [{ ...ORDER.items[0], quantity: SECRET }] }),
        400,
        /"pointer":"#\/items\/0\/quantity","detail":"must be of the type integer"/,
      ],
      ["a body where none belongs", `/orders/${ID}`, { body: SECRET }, 400, /"in":"body","detail":"must not be sent"/],
      ["a long body", "/orders", post({ ...ORDER, customer: "x".repeat(40_000) }), 413, /at most 32768 bytes/],
    ])(
      "%s that the document does not allow is refused, and told without its value",
      async (_, path, asked, status, says) => {
        reached.length = 0;
        const answer = await ask(path, asked);
        expect([answer.status, answer.headers["content-type"]]).toEqual([status, "application/problem+json"]);
        expect(JSON.parse(answer.text)).toMatchObject({ status });
        expect(answer.text).toMatch(says);
        expect(answer.text).not.toContain(SECRET);
        if (status === 405) expect(answer.headers.allow).toBe("GET");
        expect(reached).toEqual([]);
      },
    );

    test("a body without a length, and none with trailers after it, are judged as any other", async () => {
      reached.length = 0;
      expect(await stream("/orders", JSON_BODY, JSON.stringify({ ...ORDER, customer: 1 }))).toBe(400);
      expect(await stream("/orders", JSON_BODY, "")).toBe(400);
      expect(reached).toEqual([]);
    });

    test("what the gateway does not take at all is refused before anybody is asked", async () => {
      const { status, text } = await ask("/orders", post("x".repeat(2 ** 20 + 1)));
      expect([status, text]).toEqual([413, "Payload Too Large"]);
    });

    test("a flood of bad requests meets the limit of its route first", async () => {
      const statuses: number[] = [];
      for (let asked = 0; asked < LIMIT + 10; asked++) statuses.push((await ask("/limited/nothing")).status);
      expect(statuses.filter((status) => status === 400)).toHaveLength(LIMIT);
      expect(statuses.filter((status) => status === 429)).toHaveLength(10);
    });

    test("both validators were asked, and count what they did", async () => {
      const text = await metrics();
      for (const [method, status] of Object.entries({ GET: 400, POST: 413, DELETE: 405, HEAD: 200 }))
        expect(text).toMatch(new RegExp(`method="${method}",route="shop/orders(-repeatable)?",status="${status}"`));
      const of = /^http_requests_total\{method="GET",route="shop\/orders-repeatable",status="400"\} (\d+)$/gm;
      const [first = 0, second = 0] = [...text.matchAll(of)].map(([, count]) => Number(count));
      expect(Math.min(first, second)).toBeGreaterThan(0);
    });

    test("what it costs", async () => {
      const timed = async (path: string, asked: Asked) => {
        const times: number[] = [];
        for (let count = 0; count < 400; count++) {
          const began = performance.now();
          expect((await ask(path, { ...asked, agent: kept })).status).toBe(200);
          times.push(performance.now() - began);
        }
        times.sort((a, b) => a - b);
        return [times[200], times[396]].map((time) => `${time?.toFixed(2)} ms`).join(" / ");
      };
      for (const [what, path, asked] of [
        ["GET, not judged", `/plain/${ID}`, {}],
        ["GET, judged", `/orders/${ID}`, {}],
        ["POST, not judged", "/plain", post(ORDER)],
        ["POST, judged", "/orders", post(ORDER)],
      ] as const)
        console.info(`${what}: ${await timed(path, asked)} (p50 / p99 of 400, one after the other)`);
    }, 60_000);

    test("of two validators one is killed: a request or two of each Envoy are refused, and then none", async () => {
      await validators[0]?.stop("SIGKILL");
      const statuses: number[] = [];
      for (let asked = 0; asked < 200; asked++) statuses.push((await ask(`/orders/${ID}`)).status);
      const refused = statuses.filter((status) => status !== 200);
      console.info(`${refused.length} of ${statuses.length} were refused: ${[...new Set(refused)]}`);
      expect(refused.length).toBeLessThanOrEqual(4);
      expect((await ask("/orders/nothing")).status).toBe(400);
    });

    test("of one that hangs nobody waits longer than a second for an answer", async () => {
      validators[1]?.signal("SIGSTOP");
      try {
        // Envoy tries the one that was killed now and then, and is refused at once.
        let status = 500;
        let took = 0;
        for (let asked = 0; asked < 20 && status === 500; asked++) {
          const began = performance.now();
          ({ status } = await ask(`/orders/${ID}`));
          took = performance.now() - began;
        }
        expect(status).toBe(504);
        expect(took).toBeLessThan(5_000);
        expect((await ask("/open/nothing")).status).toBe(200);
      } finally {
        validators[1]?.signal("SIGCONT");
      }
      await eventually("judgement", 10, async () => expect((await ask("/open/nothing")).status).toBe(400));
    });

    test("without any, one route refuses everything and the other lets everything pass", async () => {
      await validators[1]?.stop("SIGKILL");
      reached.length = 0;
      for (let asked = 0; asked < 12; asked++) {
        expect((await ask(`/orders/${ID}`)).status).toBe(500);
        expect((await ask("/orders", post(ORDER))).status).toBe(500);
      }
      expect(reached).toEqual([]);
      for (let asked = 0; asked < 12; asked++) expect((await ask("/open/nothing")).status).toBe(200);
      for (let asked = 0; asked < 12; asked++) expect((await ask("/open", post({}))).status).toBe(200);
    });

    test("when they are back, requests are judged as before", async () => {
      for (const index of PORTS.keys()) startValidator(index);
      await eventually("judgement", 60, async () => {
        for (let asked = 0; asked < 12; asked++) {
          expect((await ask(`/orders/${ID}`)).status).toBe(200);
          expect((await ask("/orders/nothing")).status).toBe(400);
          expect((await ask("/open/nothing")).status).toBe(400);
        }
      });
    }, 90_000);

    test("a validator that is told to end judges what is under way, and ends", async () => {
      const one = validators[0];
      expect((await one?.stop("SIGTERM"))?.code).toBe(0);
      expect(one?.output).toContain('"msg":"ending"');
    });
  },
);
