import { ADMISSION } from "./admission/index.ts";
import { AUDIT } from "./audit/index.ts";
import { AUTOSCALING } from "./autoscaling/index.ts";
import { BACKUP } from "./backup/index.ts";
import { CHANGE } from "./change/index.ts";
import { CLOUD } from "./cloud/index.ts";
import { DATA } from "./data/index.ts";
import { DELIVERY } from "./delivery/index.ts";
import { EDGE } from "./edge/index.ts";
import { ENCRYPTION } from "./encryption/index.ts";
import { HYGIENE } from "./hygiene/index.ts";
import { IMAGES } from "./images/index.ts";
import { NETWORK } from "./network/index.ts";
import { OBSERVABILITY } from "./observability/index.ts";
import { POD_SECURITY } from "./pod-security/index.ts";
import { PRIVACY } from "./privacy/index.ts";
import { PROBES } from "./probes/index.ts";
import { RBAC } from "./rbac/index.ts";
import { RECOVERY } from "./recovery/index.ts";
import { RESILIENCE } from "./resilience/index.ts";
import { RESOURCES } from "./resources/index.ts";
import { SECRETS } from "./secrets/index.ts";
import { rulesOf } from "./topics.ts";

/** By topic, which is the name of its folder. */
const TOPICS = {
  resilience: RESILIENCE,
  probes: PROBES,
  autoscaling: AUTOSCALING,
  resources: RESOURCES,
  images: IMAGES,
  "pod-security": POD_SECURITY,
  network: NETWORK,
  edge: EDGE,
  encryption: ENCRYPTION,
  rbac: RBAC,
  secrets: SECRETS,
  cloud: CLOUD,
  audit: AUDIT,
  recovery: RECOVERY,
  backup: BACKUP,
  data: DATA,
  observability: OBSERVABILITY,
  privacy: PRIVACY,
  delivery: DELIVERY,
  change: CHANGE,
  hygiene: HYGIENE,
  admission: ADMISSION,
};

/** Every rule with the exact types of its id and settings, which the configs are checked against. */
export type KnownRule = (typeof TOPICS)[keyof typeof TOPICS][number];

/** Every rule, topic by topic. */
export const RULES = rulesOf(TOPICS);
