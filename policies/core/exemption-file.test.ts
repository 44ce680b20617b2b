import { expect, test } from "vitest";
import { RULES } from "../rules/index.ts";
import { readExemptions } from "./exemption-file.ts";

const TODAY = new Date("2026-10-15T12:00:00Z");
const GOOD = `
- rule: replicas-min
  resource: Deployment shop/orders
  owner: shop team
  reason: moves to two replicas with the new queue
  ticket: SHOP-12
  approver: platform team
  granted: 2026-10-01
  expires: 2026-12-31
`;
const read = (text: string) => readExemptions(text, RULES, TODAY);

test("YAML and JSON say the same, and days stay texts", () => {
  const [exemption] = read(GOOD);
  expect(exemption).toEqual({
    rule: "replicas-min",
    resource: "Deployment shop/orders",
    owner: "shop team",
    reason: "moves to two replicas with the new queue",
    ticket: "SHOP-12",
    approver: "platform team",
    granted: "2026-10-01",
    expires: "2026-12-31",
  });
  expect(read(JSON.stringify([exemption], null, 2))).toEqual([exemption]);
});

test.each(["", "\n", "# none yet\n", "[]"])("%j holds none", (text) => expect(read(text)).toEqual([]));

test.each([
  ["rule: replicas-min", "exemptions: the file is not a list; allowed: a list of maps"],
  ["- [", "exemptions: the file is neither YAML nor JSON in line 1, column 4"],
  [`${GOOD}---\n${GOOD}`, "exemptions[1]: not a map"],
  ["- replicas-min", "exemptions[0]: not a map; allowed: the fields rule, resource, owner"],
  [GOOD.replace("owner:", "onwer:"), "exemptions[0].onwer: is not a field; allowed: rule, resource, owner"],
  [GOOD.replace("owner:", "onwer:"), "the nearest: owner"],
  [GOOD.replace("shop team", "12"), "exemptions[0].owner: 12 was given; allowed: a text, in quotes"],
  [GOOD.replace("  ticket: SHOP-12\n", ""), "exemptions[0].ticket: none is named"],
  [GOOD + GOOD.replace("platform team", "Shop Team"), 'exemptions[1].approver: "Shop Team" is its owner too'],
  [
    GOOD.replace("2026-12-31", "2027-12-31"),
    "exemptions[0].expires: 2027-12-31 is more than a year after it was granted",
  ],
])("what is wrong is named with its entry and field: %j", (text, problem) => {
  expect(() => read(text)).toThrow(TypeError);
  expect(() => read(text)).toThrow(problem);
});

test("every wrong entry is named at once", () => {
  const wrong = GOOD.replace("replicas-min", "replica-min") + GOOD.replace("Deployment shop/orders", "Deployment *");
  expect(() => read(wrong)).toThrow(
    /exemptions\[0\]\.rule: "replica-min" .*replicas-min.*\nexemptions\[1\]\.resource: /,
  );
  const misspelt = GOOD.replace("ticket:", "tiket:") + GOOD.replace("Deployment shop/orders", "Deployment *");
  expect(() => read(misspelt)).toThrow(/exemptions\[0\]\.tiket: .*\nexemptions\[1\]\.resource: /);
});
