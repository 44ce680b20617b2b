import { describe, expect, it } from "vitest";
import { Output, type PropertyMap, Secret } from "../rpc/index.ts";
import { markSecrets, markWellKnown, redactor } from "./secrets.ts";

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

  it("marks a secret that stands in JSON, where quotes and line ends are escaped", () => {
    const secret = 'two "lines"\nof a secret';
    const live = { metadata: { annotations: { applied: JSON.stringify({ spec: { key: secret } }) } } };
    expect(visible(markSecrets(live, { spec: { key: new Secret(secret) } }))).toBe(
      '{"metadata":{"annotations":{"applied":"[secret]"}}}',
    );
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

describe("redactor", () => {
  const redact = (message: string, ...inputs: PropertyMap[]) => redactor(inputs)(message);
  const pem = ["-----BEGIN KEY-----", "c2VjcmV0IG9mIHRoZSBmaXJzdCBsaW5l", "c2hvcnQ=", "-----END KEY-----", ""].join(
    "\n",
  );

  it("takes secrets out of a message, longest first, of all that it is given", () => {
    const inputs = { a: new Secret("token-1"), b: new Secret("token-1234") };
    expect(redact('Invalid value: "token-1234" and token-1, old-one', inputs, { a: new Secret("old-one") })).toBe(
      'Invalid value: "[secret]" and [secret], [secret]',
    );
  });

  it("knows both forms of a Secret's data, in any alphabet", () => {
    const encoded = Buffer.from("pässwörd\n").toString("base64");
    const inputs = { apiVersion: "v1", kind: "Secret", data: { a: btoa("hunter2!"), b: encoded } };
    expect(redact(`hunter2! ${btoa("hunter2!")} pässwörd ${encoded}`, inputs)).toBe(
      "[secret] [secret] [secret] [secret]",
    );
  });

  it.each([
    ["JSON", (text: string) => JSON.stringify(text)],
    ["JSON inside JSON", (text: string) => JSON.stringify(JSON.stringify({ text }))],
    ["Go's JSON", (text: string) => JSON.stringify(text).replace("<", "\\u003c").replace("&", "\\u0026")],
    ["an error of Go", (text: string) => JSON.stringify(text).replace("\\u0007", "\\a").replace("\\u0001", "\\x01")],
  ])("knows a secret as it stands in %s", (_, quoted) => {
    const secret = 'p"ss\\w<rd&\n\u0007\u0001line2-secret';
    const clean = redact(`spec.key: Invalid value: ${quoted(secret)}: should match`, { key: new Secret(secret) });
    expect(clean).not.toMatch(/ss|w.?rd|line2/);
    expect(clean).toContain("[secret]");
    expect(clean).toContain(": should match");
  });

  it("knows the lines of a key by themselves, and one without the line's end", () => {
    const message = `cannot parse "c2VjcmV0IG9mIHRoZSBmaXJzdCBsaW5l" of the key`;
    expect(redact(message, { key: new Secret(pem) })).toBe('cannot parse "[secret]" of the key');
    const data = { apiVersion: "v1", kind: "Secret", data: { key: btoa(pem) } };
    expect(redact(message, data)).toBe('cannot parse "[secret]" of the key');
    expect(redact("refused: hunter2", { key: new Secret("hunter2\n") })).toBe("refused: [secret]");
  });

  it("knows the secrets of a component's arguments", () => {
    expect(redact("cannot read hunter2", { yaml: new Output("hunter2", true, []) })).toBe("cannot read [secret]");
  });
});
