import { ALERTMANAGER } from "./alertmanager.ts";
import { BARMAN_CLOUD, BARMAN_CLOUD_SIDECAR } from "./barman-cloud.ts";
import { CLOUDNATIVE_PG } from "./cloudnative-pg.ts";
import { COREDNS } from "./coredns.ts";
import type { ImageDescription } from "./description.ts";
import { ENVOY } from "./envoy.ts";
import { HAPROXY } from "./haproxy.ts";
import { KAFKA } from "./kafka.ts";
import { PAUSE } from "./pause.ts";
import { POSTGRESQL } from "./postgres.ts";
import { PROMETHEUS } from "./prometheus.ts";
import { RABBITMQ } from "./rabbitmq.ts";
import { REDIS } from "./redis.ts";
import { SHOP } from "./shop.ts";

/** Every image that can be made here. */
export const IMAGES: readonly ImageDescription[] = [
  PAUSE,
  REDIS,
  ...SHOP,
  KAFKA,
  COREDNS,
  HAPROXY,
  ENVOY,
  POSTGRESQL,
  CLOUDNATIVE_PG,
  BARMAN_CLOUD,
  BARMAN_CLOUD_SIDECAR,
  RABBITMQ,
  PROMETHEUS,
  ALERTMANAGER,
];

/** The description of the image that a manifest asks for; undefined if it cannot be made here. */
export function imageFor(reference: string): ImageDescription | undefined {
  return IMAGES.find((image) => image.reference === reference);
}
