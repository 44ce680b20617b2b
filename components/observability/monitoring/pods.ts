/** The names and labels that the operator gives to what it makes of our objects. */

/** Selects the pods of a Prometheus. */
export function prometheusPods(name: string) {
  return { "operator.prometheus.io/name": name };
}

/** Selects the pods of an Alertmanager. */
export function alertmanagerPods(name: string) {
  return { alertmanager: name };
}

/** The pods and claims of a Prometheus, as regular expressions of their names. */
export function namesOf(prometheus: string) {
  const pods = `prometheus-${prometheus}-[0-9]+`;
  return { pods, claims: `prometheus-${prometheus}-db-${pods}` };
}

/** Where Prometheus, Alertmanager and its gossip listen, by the operator's defaults; each with the name of its port. */
export const PORTS = { prometheus: 9090, alertmanager: 9093, gossip: 9094 } as const;
export const WEB = "web";
