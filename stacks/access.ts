import type { Namespace } from "../components/cluster/index.ts";
import { Access } from "../components/security/index.ts";
import type { Ground } from "./ground.ts";

/** The namespaces of a stack as its environment's file calls them, as far as it has them. */
type Namespaces = Readonly<Record<keyof Ground["environment"]["namespaces"], Namespace | undefined>>;

/** Says what people may do; nobody anything where an environment has no `access`, but for who made the cluster. */
export function makeAccess({ environment, on }: Ground, namespaces: Namespaces): void {
  const { access } = environment;
  if (access === undefined) return;
  const { admin = {}, ...everywhere } = access;
  const byName = Object.entries(admin).flatMap(([at, groups]) => {
    const name = namespaces[at as keyof Namespaces]?.name;
    return name === undefined ? [] : [[name, groups] as const];
  });
  const made = Object.values(namespaces).filter((namespace) => namespace !== undefined);
  const { observability } = namespaces;
  const { runbooks } = environment;
  const alerts = observability && { alerts: { namespace: observability, ...(runbooks !== undefined && { runbooks }) } };
  new Access("people", { namespaces: made, ...everywhere, admin: Object.fromEntries(byName), ...alerts }, on);
}
