import { describe, expect, it } from "vitest";
import { type PropertyMap, Secret } from "../rpc/index.ts";
import { markSecrets, markWellKnown, redact } from "./secrets.ts";

const visible = (map: PropertyMap) => JSON.stringify(map);

describe("markSecrets", () => {
  it("marks what was secret in the inputs, by place; a list with a secret is secret whole", () => {
    const inputs = { spec: { token: new Secret("t"), args: ["a", new Secret("b")], plain: "p" } };
    const marked = markSecrets({ spec: { token: "t", args: ["b", "a"], plain: "p" } }, inputs);
    expect(visible(marked)).toBe('{"spec":{"token":"[secret]","args":"[secret]","plain":"p"}}');
  });

  it("marks a secret wherever else it turns up, as it is and in base64", () => {
    const password = "correct horse";
    const live = {
      spec: { url: `db://u:${password}@h`, encoded: btoa(password), list: [{ note: password }] },
      status: { message: `refused ${password}`, other: "fine" },
    };
    const marked = visible(markSecrets(live, { spec: { a: new Secret(password) } }));
    expect(marked).not.toContain(password);
    expect(marked).not.toContain(btoa(password));
    expect(marked).toContain("fine");
  });

  it("marks the data of a Secret whatever the inputs say, and of nothing else", () => {
    const secret = { apiVersion: "v1", kind: "Secret", data: { a: "YQ==" }, stringData: { b: "b" } };
    expect(visible(markWellKnown(secret))).toBe(
      '{"apiVersion":"v1","kind":"Secret","data":"[secret]","stringData":"[secret]"}',
    );
    const custom = { apiVersion: "x.io/v1", kind: "Secret", data: "d" };
    expect(markWellKnown(custom)).toEqual(custom);
  });

  it("does not track values so short that they are everywhere", () => {
    expect(markSecrets({ a: "yes or no", b: "no" }, { b: new Secret("no") })).toMatchObject({ a: "yes or no" });
  });
});

describe("redact", () => {
  it("takes secrets out of a message, longest first", () => {
    const inputs = { a: new Secret("token-1"), b: new Secret("token-1234") };
    expect(redact('Invalid value: "token-1234" and token-1', inputs)).toBe('Invalid value: "[secret]" and [secret]');
  });

  it("knows both forms of a Secret's data", () => {
    const inputs = { apiVersion: "v1", kind: "Secret", data: { a: btoa("hunter2!") } };
    expect(redact(`hunter2! ${btoa("hunter2!")}`, inputs)).toBe("[secret] [secret]");
  });
});
