// Runs in a pod: `load.mjs <url> <requests a second> <seconds> [file]`. Sends requests at a steady rate, every other on a connection of
// its own, the others on connections that are kept, for so long or until the file is there, and prints what became of them, and how
// often which answer came.
import { existsSync } from "node:fs";
import { Agent, request } from "node:http";

const [TARGET, RATE, SECONDS, STOP = ""] = process.argv.slice(2);
const agents = [false, true].map((keepAlive) => new Agent({ keepAlive }));
let total = Number(RATE) * Number(SECONDS);
const failures = {};
const answers = {};
const took = [];
/** When the first and the last request failed, in milliseconds from the start. */
const failed = [];
let ended = 0;

/** One request to its end; its name for a failure, or nothing. */
function send() {
  const began = performance.now();
  let isOver = false;
  const over = (failure) => {
    if (isOver) return;
    isOver = true;
    took.push(performance.now() - began);
    if (failure) {
      count(failures, failure);
      failed.push(Math.round(performance.now() - start));
    }
    if (++ended === total && begun === total) tell();
  };
  const sent = request(TARGET, { agent: agents[begun % 2], timeout: 10_000 }, (response) => {
    const chunks = [];
    response.on("data", (chunk) => chunks.push(chunk));
    response.once("end", () => {
      count(answers, Buffer.concat(chunks).toString());
      over(response.statusCode === 200 ? undefined : `status ${response.statusCode}`);
    });
    response.once("error", (error) => over(error.code ?? error.message));
  });
  sent.once("timeout", () => sent.destroy(Object.assign(new Error(), { code: "no answer in 10 s" })));
  sent.once("error", (error) => over(error.code ?? error.message));
  sent.end();
}

function count(what, name) {
  what[name] = (what[name] ?? 0) + 1;
}

function tell() {
  took.sort((a, b) => a - b);
  const at = (share) => Math.round(took[Math.min(took.length - 1, Math.floor(took.length * share))]);
  const failedFor = failed.length === 0 ? 0 : Math.max(...failed) - Math.min(...failed);
  console.log(
    JSON.stringify({ sent: total, failures, failedFor, answers, p50: at(0.5), p99: at(0.99), slowest: at(1) }),
  );
}

console.log(`sending ${RATE} requests a second for ${SECONDS} s`);
const start = performance.now();
let begun = 0;
// By the clock and not by the answers: a slow server must not slow the load.
const timer = setInterval(() => {
  if (STOP !== "" && existsSync(STOP)) total = begun;
  const due = Math.min(total, Math.floor(((performance.now() - start) / 1_000) * Number(RATE)));
  while (begun < due) {
    begun++;
    send();
  }
  if (begun === total) {
    clearInterval(timer);
    if (ended === total) tell();
  }
}, 5);
