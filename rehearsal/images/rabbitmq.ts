import { DEBIAN } from "./debian.ts";
import type { ImageDescription } from "./description.ts";

/** Where Debian has the programs, and where the makers' image has them. */
const PROGRAMS = { debian: "/usr/lib/rabbitmq/bin", original: "/opt/rabbitmq/sbin" };

/** A broker with its administration's pages, and its tools. */
export const RABBITMQ: ImageDescription = {
  reference: "docker.io/library/rabbitmq:4.1.8-management",
  about: "rabbitmq-server",
  standIn: {
    for: "RabbitMQ 4.1.8 with its management plugin",
    differs:
      "It is the RabbitMQ that Debian ships (4.0 in Debian 13); settings in the environment are not turned into files.",
  },
  layers: [
    {
      kind: "debian",
      release: DEBIAN,
      // Its programs are scripts of a shell, its cluster operator's commands are bash's; its locale C.UTF-8 lies in libc-bin.
      packages: ["rabbitmq-server", "libc-bin", "bash", "dash", "coreutils", "grep", "sed"],
      // For a tool in Python, for certificates that an administrator makes, and for an init system.
      without: ["python3", "openssl", "socat", "lsb-base"],
    },
    {
      kind: "files",
      texts: {
        "/etc/passwd": "root:x:0:0:root:/root:/bin/sh\nrabbitmq:x:999:999:RabbitMQ:/var/lib/rabbitmq:/bin/sh\n",
        "/etc/group": "root:x:0:\nrabbitmq:x:999:\n",
        "/etc/rabbitmq/enabled_plugins": "[rabbitmq_management,rabbitmq_prometheus].\n",
        // As in the original: a pod is called by its address, not by loopback.
        "/etc/rabbitmq/conf.d/10-defaults.conf": "loopback_users.guest = false\nlog.console = true\n",
      },
      links: { [PROGRAMS.original]: PROGRAMS.debian },
      shared: ["/tmp", "/var/lib/rabbitmq", "/var/lib/rabbitmq/mnesia", "/var/log/rabbitmq"],
    },
  ],
  command: ["rabbitmq-server"],
  env: {
    HOME: "/var/lib/rabbitmq",
    LANG: "C.UTF-8",
    PATH: `${PROGRAMS.original}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
  },
  user: { uid: 999, gid: 999 },
};
