// A service on the shop's chassis, without stores: what the image of a version is made of. `/` says which version answers, after a
// while in which it can be cut. With BROKEN it answers all the same, and its metric says that it should not be kept.
import { setTimeout as sleep } from "node:timers/promises";
import { Gauge } from "prom-client";
import { runService } from "../../apps/chassis/src/service.ts";

const { VERSION = "", BROKEN = "0" } = process.env;
const WORK_MS = 20;

await runService({
  name: "web",
  configure: () => ({}),
  build: (_config, { metrics }) => {
    new Gauge({
      name: "web_broken",
      help: "1 in a version that should be taken back.",
      registers: [metrics.registry],
    }).set(Number(BROKEN));
    return {
      dependencies: [],
      routes: (api) => {
        api.get("/", async () => {
          await sleep(WORK_MS);
          return { version: VERSION };
        });
      },
    };
  },
});
