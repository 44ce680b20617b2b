/** A service whose dependency is a file: it answers as long as the file is there. */
import { access } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { runService } from "../service.ts";

await runService({
  name: "sample",
  configure: (settings) => ({ path: settings.text("DEPENDENCY_PATH"), token: settings.credential("TOKEN_FILE") }),
  build: ({ path }, { log }) => ({
    dependencies: [{ name: "file", check: () => access(path), close: async () => log.info("the file is closed") }],
    routes: (api) => {
      api.get<{ Params: { milliseconds: string } }>("/sleep/:milliseconds", async (request) => {
        await sleep(Number(request.params.milliseconds));
        return { slept: request.params.milliseconds };
      });
      api.get<{ Params: { milliseconds: string } }>("/block/:milliseconds", async (request) => {
        for (const end = Date.now() + Number(request.params.milliseconds); Date.now() < end; );
        return { blocked: request.params.milliseconds };
      });
    },
  }),
});
