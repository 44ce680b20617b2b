import { type ClientHttp2Session, connect } from "node:http2";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { type Answer, ask, type Entry } from "./gateway.ts";
import { SHOP, TRIALS } from "./gateway-objects.ts";

/** What the tests need of a running gateway; what is only there when they run is asked for then. */
interface Resilient {
  readonly entry: () => Entry;
  readonly kubectl: (...words: string[]) => Promise<string>;
}

const RETRIED = 20;
const { retries } = TRIALS.flaky;
const { consecutive5xx } = TRIALS.breaker.breaker;
const { maxInFlight } = TRIALS.bulkhead;
/** Each proxy counts for itself. */
const PROXIES = 2;

const said = (answer: Answer) => JSON.parse(answer.body) as { pod: string; attempt: number };
const ms = (since: number) => Math.round(performance.now() - since);

/** What a gateway does for a service that is slow, fails, or is full: each seen from outside. */
export function resilienceTests({ entry, kubectl }: Resilient): void {
  test("a request that takes too long is answered with 504 when its time is over", async () => {
    const took = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const began = performance.now();
        expect((await ask(entry(), "/slow?ms=8000")).status).toBe(504);
        return ms(began);
      }),
    );
    console.log(`gateway: of a service that takes 8 s, with a timeout of ${TRIALS.slow.timeout}: 504 after ${took} ms`);
    expect(Math.min(...took)).toBeGreaterThanOrEqual(1_900);
    expect(Math.max(...took)).toBeLessThan(7_000);
  });

  test("what may be repeated is sent again as often as was said, and what may not never is", async () => {
    const attempts = async () =>
      JSON.parse((await ask(entry(), "/flaky/attempts")).body) as Record<string, number | string>;
    const once = await Promise.all(
      Array.from({ length: RETRIED }, (_, id) => ask(entry(), `/flaky?id=once-${id}&fails=1`)),
    );
    for (const answer of once) expect([answer.status, said(answer).attempt]).toEqual([200, 2]);
    const always = await ask(entry(), "/flaky?id=always&fails=1000");
    expect([always.status, said(always).attempt]).toEqual([503, 1 + retries]);
    const posted = await ask(entry(), "/flaky?id=posted&fails=1", { body: "order" });
    expect([posted.status, said(posted).attempt]).toEqual([503, 1]);
    const { pod: _, ...seen } = await attempts();
    console.log(
      `gateway: the service was asked ${Object.values(seen).reduce<number>((sum, one) => sum + Number(one), 0)} times`,
    );
    expect(seen).toEqual({
      ...Object.fromEntries(once.map((_, id) => [`once-${id}`, 2])),
      always: 1 + retries,
      posted: 1,
    });
  });

  test("a pod that fails gets no more requests after so many, and gets them again when it is well", async () => {
    const pods = await kubectl("-n", SHOP, "get", "pods", "-l", "app.kubernetes.io/name=trial", "-o", "name");
    const [pod = ""] = pods.split("\n");
    const name = pod.replace("pod/", "");
    const tell = (what: string) =>
      kubectl("-n", SHOP, "exec", name, "--", "node", "-e", `fetch("http://127.0.0.1:8080/${what}")`);
    const answers: { at: number; status: number; by: string }[] = [];
    const askUntil = async (isOver: () => boolean) => {
      while (!isOver()) {
        const answer = await ask(entry(), "/breaker");
        answers.push({ at: performance.now(), status: answer.status, by: said(answer).pod });
      }
    };
    const failed = () => answers.filter(({ status }) => status !== 200);
    await tell("break");
    const broken = performance.now();
    await askUntil(() => performance.now() - broken > 3_000);
    const [costs, asked] = [failed().length, answers.length];
    await tell("mend");
    const isBack = () => answers.some(({ status, by }) => status === 200 && by === name);
    await askUntil(() => isBack() || performance.now() - broken > 60_000);
    const away = ((answers.at(-1)?.at ?? 0) - (failed().at(-1)?.at ?? 0)) / 1_000;
    console.log(
      `gateway: of ${asked} requests in 3 s ${costs} failed while one of two pods failed all; it was away for ${away.toFixed(1)} s`,
    );
    expect(failed().every(({ status, by }) => status === 503 && by === name)).toBe(true);
    expect(costs).toBeGreaterThanOrEqual(consecutive5xx);
    expect(costs).toBeLessThanOrEqual(PROXIES * consecutive5xx);
    expect(failed().length).toBe(costs);
    expect(isBack()).toBe(true);
  });

  test("more than may be under way are refused at once, and other routes of the same proxy answer", async () => {
    // All on one connection, so at one proxy.
    const session = connect(`https://${entry().host}`, { ca: entry().ca, lookup: at(entry()) });
    const slow = Array.from({ length: maxInFlight }, () => get(session, entry(), "/bulkhead?ms=4000"));
    await sleep(1_000);
    const [refused, other] = [await get(session, entry(), "/bulkhead"), await get(session, entry(), "/breaker")];
    console.log(
      `gateway: with ${maxInFlight} under way one more got ${refused.status} in ${refused.took} ms, another route ${other.status} in ${other.took} ms`,
    );
    expect([refused.status, other.status]).toEqual([503, 200]);
    expect(Math.max(refused.took, other.took)).toBeLessThan(2_000);
    for (const answer of await Promise.all(slow)) {
      expect(answer.status).toBe(200);
      expect(answer.took).toBeGreaterThanOrEqual(3_900);
    }
    expect((await get(session, entry(), "/bulkhead")).status).toBe(200);
    session.close();
  });
}

function at({ address }: Entry) {
  // biome-ignore lint/suspicious/noExplicitAny: Node's own type of it differs from version to version.
  return (_host: string, options: any, done: any) =>
    options.all ? done(null, [{ address, family: 4 }]) : done(null, address, 4);
}

function get(session: ClientHttp2Session, { host }: Entry, path: string): Promise<{ status: number; took: number }> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const asked = session.request({ ":path": path, ":authority": host });
    let status = 0;
    asked.once("response", (headers) => {
      status = Number(headers[":status"]);
    });
    asked.resume().once("end", () => resolve({ status, took: ms(began) }));
    asked.once("error", reject).end();
  });
}
