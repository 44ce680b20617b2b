// Puts objects into a bucket, or reads them back: `objects.mjs put` puts five a second and prints what came of each;
// `objects.mjs get <number>…` prints the numbers of those that are there and whole.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { AwsClient } from "aws4fetch";

const { ENDPOINT, NAME, REGION, KEYS } = process.env;
const key = (name) => readFileSync(`${KEYS}/${name}`, "utf8");
const client = new AwsClient({
  accessKeyId: key("ACCESS_KEY_ID"),
  secretAccessKey: key("SECRET_ACCESS_KEY"),
  service: "s3",
  region: REGION,
  // Each try is counted.
  retries: 0,
});
const PATIENCE_MS = 5_000;
const EVERY_MS = 200;

const url = (number) => `${ENDPOINT}/${NAME}/objects/${number}`;
/** Most are small; every tenth needs more than one packet for a long while. */
function content(number) {
  const line = createHash("sha256").update(String(number)).digest();
  return Buffer.alloc(number % 10 === 0 ? 2 ** 20 : 2_000, line);
}

async function put(number) {
  const request = { method: "PUT", body: content(number), signal: AbortSignal.timeout(PATIENCE_MS) };
  const answer = await client.fetch(url(number), request).then(
    async (response) => `${response.status} ${(await response.text()).slice(0, 100)}`,
    (error) => `${error.message} ${error.cause?.code ?? ""}`,
  );
  console.log(Date.now(), number, answer.replaceAll(/\s+/g, " ").trim());
}

async function isThere(number) {
  for (let left = 3; left > 0; left--) {
    const whole = await client.fetch(url(number), { signal: AbortSignal.timeout(PATIENCE_MS) }).then(
      async (response) => response.ok && content(number).equals(Buffer.from(await response.arrayBuffer())),
      () => false,
    );
    if (whole) return true;
  }
  return false;
}

if (process.argv[2] === "put") {
  let number = 0;
  setInterval(() => put(++number), EVERY_MS);
} else {
  for (const number of process.argv.slice(3)) if (await isThere(Number(number))) console.log(number);
}
