import { join } from "node:path";
import type { ImageDescription } from "./description.ts";

const FOLDER = "/opt/jmx_exporter";
const VERSION = "1.0.1";

/** A jar for Java programs that are to tell Prometheus of themselves, and what copies it to them. */
export const JMX_EXPORTER: ImageDescription = {
  reference: "ghcr.io/adobe/koperator/jmx-javaagent:1.5.0",
  about: "jmx_prometheus_javaagent",
  standIn: {
    for: "Prometheus' JMX exporter 1.5.0, as Koperator copies it to brokers",
    differs: `It is version ${VERSION}: settings that came later are refused. Of programs there is only cp.`,
  },
  layers: [
    { kind: "debian", packages: ["busybox-static"] },
    { kind: "maven", pom: join(import.meta.dirname, "jmx-exporter", "pom.xml"), to: FOLDER },
    {
      kind: "files",
      links: {
        "/usr/bin/cp": "/bin/busybox",
        "/jmx_prometheus_javaagent.jar": `${FOLDER}/jmx_prometheus_javaagent-${VERSION}.jar`,
      },
    },
  ],
};
