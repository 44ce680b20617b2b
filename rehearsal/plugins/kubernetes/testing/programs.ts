import * as k8s from "@pulumi/kubernetes";

/** A value that must be nowhere in clear, and its form in base64. */
export const PASSWORD = "correct-horse-battery";
export const ENCODED = Buffer.from(PASSWORD).toString("base64");

interface WebArgs {
  readonly pod?: object;
  readonly annotations?: Record<string, string>;
}

export function labelsOf(name: string) {
  return { app: name };
}

/** A Deployment of two pods by the SDK's class. */
export function web(namespace: string, name: string, { pod = {}, annotations = {} }: WebArgs = {}) {
  const labels = labelsOf(name);
  return new k8s.apps.v1.Deployment(name, {
    metadata: { namespace, name, annotations },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: "web", image: "plumbline.dev/web:1" }], ...pod } },
    },
  });
}
