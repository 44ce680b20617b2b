import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ENVOY_GATEWAY } from "../components/cluster/operators/index.ts";
import { ENVOY_GATEWAY_TOOL } from "../rehearsal/images/envoy-gateway.ts";

test("the Envoy Gateway that clouds install is the one that is built here, from the module of that version", async () => {
  const { version } = ENVOY_GATEWAY_TOOL;
  expect([ENVOY_GATEWAY.version, ENVOY_GATEWAY.chart.version]).toEqual([version, `v${version}`]);
  const modules = await readFile(join(ENVOY_GATEWAY_TOOL.moduleDir, "go.mod"), "utf8");
  expect(modules).toContain(`require github.com/envoyproxy/gateway v${version}\n`);
});
