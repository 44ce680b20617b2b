const http = { httpGet: { path: "/ready", port: "http" } };

/**
 * How a Loki or a Pyroscope begins and ends. It has five minutes to find its peers and to read what it holds; before it goes, requests still
 * come until every node has heard of it. Alive is what takes a connection: to start it anew would not make it ready.
 */
export const SERVER_PROBES = {
  lifecycle: { preStop: { sleep: { seconds: 5 } } },
  startupProbe: { ...http, periodSeconds: 5, failureThreshold: 60, timeoutSeconds: 2 },
  readinessProbe: { ...http, periodSeconds: 5, failureThreshold: 3, timeoutSeconds: 2 },
  livenessProbe: { tcpSocket: { port: "http" }, periodSeconds: 10, failureThreshold: 6, timeoutSeconds: 5 },
};
