import { expect, test } from "vitest";
import { parseChallenge } from "./challenge.ts";

test.each([
  ['Basic realm="Registry Realm"', { scheme: "basic" }],
  [
    'Bearer realm="https://auth.example.com/token",service="registry.example.com",scope="repository:a/b:pull,push"',
    { scheme: "bearer", realm: new URL("https://auth.example.com/token"), service: "registry.example.com" },
  ],
  [
    "bearer realm=https://auth.example.com/token",
    { scheme: "bearer", realm: new URL("https://auth.example.com/token"), service: undefined },
  ],
  ['Bearer realm="nowhere"', undefined],
  ["Negotiate", undefined],
  ["", undefined],
])("%s", (header, challenge) => {
  expect(parseChallenge(header)).toEqual(challenge);
});
