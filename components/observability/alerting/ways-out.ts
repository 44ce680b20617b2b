import type { types } from "@pulumi/kubernetes";
import { portOf } from "../../core/address.ts";
import { reach } from "../../core/network.ts";
import type { Destination } from "../../core/usage.ts";
import { type AlertingArgs, receiversOf } from "./alertmanager-config.ts";
import type { Receiver } from "./receiver.ts";

const HTTPS = 443;

/** Where something that is told answers: where it says, or anywhere on a port. */
type Way = readonly Destination[] | number;

/**
 * Where Alertmanager may send, to tell whom it tells. Pagers are all over the internet, and network policies know addresses alone: so it is
 * let out on the port of an address that is known, and on that of HTTPS where the address is in a Secret and nothing is said of it.
 */
export function waysOut(alerting: AlertingArgs): types.input.networking.v1.NetworkPolicyEgressRule[] {
  const ways = [...receiversOf(alerting).map(wayTo), alerting.heartbeat.at ?? HTTPS];
  const ports = [...new Set(ways.filter((way) => typeof way === "number"))].sort((one, other) => one - other);
  const anywhere = ports.length === 0 ? [] : [{ ports: ports.map((port) => ({ protocol: "TCP", port })) }];
  return [...anywhere, ...reach([...new Set(ways.flatMap((way) => (typeof way === "number" ? [] : way)))])];
}

function wayTo(receiver: Receiver): Way {
  switch (receiver.kind) {
    case "pagerduty":
      return receiver.url === undefined ? HTTPS : portOf(receiver.url);
    case "opsgenie":
      return receiver.apiUrl === undefined ? HTTPS : portOf(receiver.apiUrl);
    case "slack":
      return HTTPS;
    case "webhook":
      return receiver.at ?? HTTPS;
  }
}
