import { describe, expect, test } from "vitest";
import { StackObject } from "../../core/stack-object.ts";
import { clearTexts, type Place } from "./clear-text.ts";

/** What is found in some places of an object: each text with its name, or the text alone. */
function found(apiVersion: string, kind: string, content: object, places: readonly Place[]): string[] {
  const group = apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`;
  const object = new StackObject({ type: `kubernetes:${group}:${kind}`, name: "a", props: { ...content } });
  return Array.from(clearTexts(object, places), ({ name, text }) => (name === "" ? text : `${name}=${text}`));
}

const inPod = (container: object, places: readonly Place[]) =>
  found("v1", "Pod", { spec: { containers: [{ name: "a", ...container }] } }, places);

describe("of a ConfigMap", () => {
  const texts = (data: object) => found("v1", "ConfigMap", data, ["configmap"]);

  test("each key, and binary data as the bytes that it is", () => {
    expect(texts({ data: { user: "orders" }, binaryData: { key: "aHVudGVyMjI=" } })).toEqual([
      "user=orders",
      "key=hunter22",
    ]);
  });

  test.each([
    ["run.sh", "PASSWORD=hunter22"],
    ["run.bash", "PASSWORD=hunter22"],
    ["run", "#!/bin/sh\nPASSWORD=hunter22"],
    ["run", "#!/usr/bin/env bash\nPASSWORD=hunter22"],
  ])("what the script %s names: %j", (key, text) => {
    expect(texts({ data: { [key]: text } })).toContain("PASSWORD=hunter22");
  });

  test.each([
    ["run.sh.tmpl", "PASSWORD=hunter22"],
    ["wash", "PASSWORD=hunter22"],
    ["run", "see #!/bin/sh\nPASSWORD=hunter22"],
  ])("but not of %s, which is none: %j", (key, text) => {
    expect(texts({ data: { [key]: text } })).toEqual([`${key}=${text}`]);
  });

  test("nothing where ConfigMaps are not asked for, nor of another kind or group", () => {
    expect(found("v1", "ConfigMap", { data: { a: "b" } }, ["env", "args"])).toEqual([]);
    expect(found("example.org/v1", "ConfigMap", { data: { a: "b" } }, ["configmap"])).toEqual([]);
    expect(
      found("example.org/v1", "Thing", { spec: { containers: [{ env: [{ name: "A", value: "b" }] }] } }, ["env"]),
    ).toEqual([]);
  });
});

describe("of a container", () => {
  test("each variable, and the options that one holds", () => {
    const env = [
      { name: "MODE", value: "fast" },
      { name: "JAVA_OPTS", value: " -Dpassword=hunter22" },
      { name: "NOTE", value: "a --password=hunter22" },
      { name: "FROM", valueFrom: {} },
    ];
    expect(inPod({ env }, ["env"])).toEqual([
      "MODE=fast",
      "JAVA_OPTS= -Dpassword=hunter22",
      "Dpassword=hunter22",
      "NOTE=a --password=hunter22",
      "FROM=",
    ]);
  });

  test("what a handler sends: a header by its name, and what authorizes as the secret that it is", () => {
    const headers = [
      ["X-Mode", "fast lane"],
      ["Authorization", "Bearer   hunter22"],
      ["proxy-authorization", "hunter22"],
      ["Authorization", "=Basic hunter22"],
      ["X-Authorization", "Bearer hunter22"],
      ["Authorization-Mode", "Bearer hunter22"],
    ].map(([name, value]) => ({ name, value }));
    const handlers = { livenessProbe: { httpGet: { host: "orders", path: "/live", httpHeaders: headers } } };
    expect(inPod(handlers, ["args"]).filter((text) => text !== "")).toEqual([
      "orders",
      "/live",
      "X-Mode=fast lane",
      "password=hunter22",
      "password=hunter22",
      "password==Basic hunter22",
      "X-Authorization=Bearer hunter22",
      "Authorization-Mode=Bearer hunter22",
    ]);
  });

  test.each(["startupProbe", "readinessProbe", "livenessProbe"])("what a %s runs", (probe) => {
    expect(inPod({ [probe]: { exec: { command: ["check", "--token=hunter22"] } } }, ["args"])).toContain(
      "token=hunter22",
    );
  });

  test.each(["postStart", "preStop"])("what a hook runs: %s", (hook) => {
    const lifecycle = { [hook]: { exec: { command: ["sh", "-c", "TOKEN=hunter22 notify"] } } };
    expect(inPod({ lifecycle }, ["args"])).toContain("TOKEN=hunter22");
  });

  // Which Secret is meant is no secret: the text then has no name that would make it one.
  test.each(["shop/webhook-tls", "webhook-tls", "a-b", "kube-system/serving-cert-2"])(
    "an option that says which Secret: %s",
    (value) => {
      for (const option of ["webhook-serving-secret", "serving.secrets", "x_secret", "secret"])
        expect(inPod({ args: [`--${option}=${value}`] }, ["args"])).toContain(value);
    },
  );

  test.each([
    ["client-secret", "webhook-tls"],
    ["cookie_secret", "webhook-tls"],
    ["mysecret", "webhook-tls"],
    ["secret-name", "webhook-tls"],
    ["serving-secret", "hunter22"],
    ["serving-secret", "Webhook-Tls"],
    ["serving-secret", "9-webhook"],
    ["serving-secret", "webhook-tls!"],
    ["serving-secret", "a/b/webhook-tls"],
    ["serving-secret", "webhook-TLS"],
    ["serving-secret", "/webhook-tls"],
  ])("an option that holds one, or may: %s=%s", (option, value) => {
    expect(inPod({ args: [`--${option}=${value}`] }, ["args"])).toContain(`${option}=${value}`);
  });
});
