import type { Peer } from "./usage.ts";

const SHAPE = /^http:\/\/[a-z][a-z0-9-]*\.([a-z][a-z0-9-]*)\.svc(?:\.cluster\.local)?:(\d{2,5})$/;

/** What {@link isServiceUrl} takes, as the end of the sentence "allowed: …". */
export const SERVICE_URL = 'a Service of the cluster and its port, as in "http://collector.observability.svc:4318"';

/** Whether a text is the address of a Service in the cluster, with the port that its pods listen on. */
export function isServiceUrl(text: string): boolean {
  return SHAPE.test(text);
}

/** Who stands behind such an address, as far as it tells: any pod of the namespace, on the port. Nobody behind another. */
export function peersAt(url: string): Peer[] {
  const [, namespace, port] = SHAPE.exec(url) ?? [];
  return namespace === undefined ? [] : [{ namespace, podLabels: {}, port: Number(port) }];
}
