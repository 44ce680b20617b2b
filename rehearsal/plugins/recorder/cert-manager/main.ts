import { createRequire } from "node:module";
import { connectEngine } from "../../rpc/engine.ts";
import { runPlugin } from "../../rpc/index.ts";
import { openJournal } from "../journal.ts";
import { certManagerRecorder } from "./provider.ts";

const SDK = "@pulumi/kubernetes-cert-manager/package.json";
const { version } = createRequire(import.meta.url)(SDK) as { version: string };
const [, , address] = process.argv;
const engine = address === undefined ? undefined : connectEngine(address);
await runPlugin(certManagerRecorder(version, openJournal(), (urn, message) => engine?.log(urn, "info", message, true)));
