/** Real nodes: kubelets, containers and their network, in namespaces of their own. */
export { whyNoRealNodes } from "./machine.ts";
export { type NodesOptions, prepareNodes } from "./prepare.ts";
