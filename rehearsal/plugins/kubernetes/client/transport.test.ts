import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { connect } from "../kubeconfig/connect.ts";
import { Transport } from "./transport.ts";

it("sends every group that is impersonated in a header of its own", async () => {
  const server = createServer((request, response) => response.end(JSON.stringify(request.rawHeaders)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const user = { as: "admin", "as-groups": ["platform", "on-call"] };
  const access = connect({ context: "c", namespace: undefined, cluster: { server: address }, user });
  const transport = new Transport(access, 5_000);
  const headers = JSON.parse((await transport.request({ method: "GET", path: "/" })).body) as string[];
  transport.close();
  server.close();
  const groups = headers.filter((_, index) => headers[index - 1]?.toLowerCase() === "impersonate-group");
  expect(groups).toEqual(["platform", "on-call"]);
});
