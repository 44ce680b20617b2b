import { z } from "zod";
import { proxiesProblems } from "../components/edge/gateway-args.ts";
import type { Parsed, Report } from "./environment-schema.ts";
import { percent, resources, whole } from "./fields.ts";

export const proxiesSchema = z.strictObject({
  scaling: z
    .strictObject({
      min: whole(2, 100).exactOptional(),
      max: whole(2, 100).exactOptional(),
      cpu: percent.exactOptional(),
    })
    .exactOptional(),
  resources: resources.exactOptional(),
});

/** What no field of these says alone. */
export function checkProxies({ gateway, proxies }: Parsed, report: Report): void {
  if (proxies === undefined) return;
  if (gateway === "rehearsal") report(["proxies"], "nothing: the stand-in has no proxies");
  for (const { field, allowed } of proxiesProblems(proxies)) report(["proxies", ...field.split(".")], allowed);
}
