import { expect, test } from "vitest";
import { holds, plainPath } from "./host-paths.ts";

test.each([
  ["/var/log/", "/var/log"],
  ["//var//log/./pods", "/var/log/pods"],
  ["/var/run", "/run"],
  ["/var/run/docker.sock", "/run/docker.sock"],
  ["/var/running", "/var/running"],
  ["/etc/../run", "/run"],
  [".aws/config/", "/.aws/config"],
  ["/", "/"],
])("%s is %s", (path, plain) => expect(plainPath(path)).toBe(plain));

test.each([
  ["/", "/run/docker.sock", true],
  ["/", "/", true],
  ["/run", "/run/docker.sock", true],
  ["/run", "/run", true],
  ["/run", "/running", false],
  ["/run/docker.sock", "/run", false],
])("%s holds %s: %s", (folder, path, held) => expect(holds(folder, path)).toBe(held));
