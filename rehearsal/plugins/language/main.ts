import { createRequire } from "node:module";
import grpc from "@grpc/grpc-js";
import languageGrpc from "@pulumi/pulumi/proto/language_grpc_pb.js";
import { endWithParent } from "../rpc/lifetime.ts";
import { Children } from "./children.ts";
import { languageHost } from "./host.ts";
import { LIMITS, listen } from "./listen.ts";

// The engine starts this as `pulumi-language-nodejs [flags] ENGINE-ADDRESS` and reads the port from the first line.
const address = process.argv.slice(2).findLast((argument) => !argument.startsWith("-")) ?? "";
const { version } = createRequire(import.meta.url)("@pulumi/pulumi/package.json") as { version: string };
const children = new Children();
const server = new grpc.Server(LIMITS);
server.addService(languageGrpc.LanguageRuntimeService, languageHost(address, { version }, children));
process.stdout.write(`${await listen(server)}\n`);
endWithParent(() => void children.stopAll().finally(() => process.exit(0)));
