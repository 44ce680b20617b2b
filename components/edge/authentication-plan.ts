import { addressProblems, destinationProblems, portOf } from "../core/address.ts";
import type { Manifest } from "../core/custom-resource.ts";
import type { Problem } from "../core/invalid.ts";
import { labels } from "../core/labels.ts";
import { nameProblems } from "../core/names.ts";
import { type OptOut, optOutAnnotations } from "../core/opt-out.ts";
import { type Shapes, shapeProblems } from "../core/shape.ts";
import type { Destination } from "../core/usage.ts";
import type { ClientPolicyManifest } from "./envoy-gateway.ts";
import { HTTPS } from "./gateway-plan.ts";
import { identityHeader } from "./identity-header.ts";

type Target =
  | { group: "gateway.networking.k8s.io"; kind: "Gateway"; name: string; sectionName: string }
  | { group: "gateway.networking.k8s.io"; kind: "HTTPRoute"; name: string };

/** The fields of Envoy Gateway's policies that we set (gateway.envoyproxy.io/v1alpha1). */
export type SecurityPolicyManifest = Manifest<
  "gateway.envoyproxy.io/v1alpha1",
  "SecurityPolicy",
  {
    targetRefs: Target[];
    jwt?: {
      providers: {
        name: string;
        issuer: string;
        audiences: string[];
        remoteJWKS: { uri: string };
        claimToHeaders: { claim: string; header: string }[];
        extractFrom: { headers: { name: string; valuePrefix: string }[] };
      }[];
    };
    oidc?: {
      provider: { issuer: string };
      clientID: string;
      clientSecret: { name: string };
      scopes: string[];
      redirectURL: string;
      logoutPath: string;
      forwardAccessToken: true;
      refreshToken: true;
      passThroughAuthHeader: true;
    };
    authorization?: { defaultAction: "Allow" };
  }
>;

/** What is said of clients of the gateway, with headers taken away as well. */
export type IdentifiedClients = Manifest<
  "gateway.envoyproxy.io/v1alpha1",
  "ClientTrafficPolicy",
  Omit<ClientPolicyManifest["spec"], "targetRefs"> & { targetRefs: Target[] }
>;

/** A log-in with a browser, by OpenID Connect. */
interface Login {
  readonly clientId: string;
  /** Name of a Secret in the gateway's namespace, whose key `client-secret` holds the client's secret. */
  readonly clientSecret: string;
  /** What is asked for beside `openid`; `profile` and `email` by default. */
  readonly scopes?: readonly string[];
}

/** Who may come in, and what services learn of them. */
export interface Identity {
  /** Who issues tokens, exactly as tokens name it: an `https://` address. */
  readonly issuer: string;
  /** Whom a token has to be for; one of these. At least one, or a token for any other service of the issuer would do. */
  readonly audiences: readonly string[];
  /** Where the issuer's keys are: an `https://` address, whose certificate a public authority signed. */
  readonly jwks: string;
  /**
   * Claims that services get, each in `x-user-<claim>`: `sub` by default. Texts, numbers and booleans, `a.b` for what is inside of another.
   * The same headers from outside are taken away, of open routes too.
   */
  readonly claims?: readonly string[];
  /** Sends a browser without a token to the issuer to log in. By default it gets 401, as every other program. */
  readonly login?: Login;
  /** Where the issuer answers: blocks of addresses, or pods; by default any address, on its port alone. */
  readonly at?: readonly Destination[];
}

/** Beside `openid`. */
const SCOPES = ["profile", "email"];
/** Where the issuer sends a browser back to, and where a person logs out. */
const CALLBACK = "/oauth2/callback";
const LOGOUT = "/logout";
const DEFAULT_CLAIMS = ["sub"];

interface Place {
  readonly name: string;
  readonly gateway: { readonly name: string; readonly namespace: string; readonly url: string };
}

export function claimsOf({ claims = DEFAULT_CLAIMS }: Identity): readonly string[] {
  return claims;
}

/** Refuses what comes to a gateway without a token of the issuer. A route of its own may be open: {@link openPlan}. */
export function authenticationPlan({ name, gateway }: Place, identity: Identity): SecurityPolicyManifest {
  const { issuer, audiences, jwks, login } = identity;
  return {
    apiVersion: "gateway.envoyproxy.io/v1alpha1",
    kind: "SecurityPolicy",
    metadata: { name, namespace: gateway.namespace, labels: labels(name) },
    spec: {
      targetRefs: [whole(gateway.name)],
      jwt: {
        providers: [
          {
            name,
            issuer,
            audiences: [...audiences],
            remoteJWKS: { uri: jwks },
            claimToHeaders: claimsOf(identity).map((claim) => ({ claim, header: identityHeader(claim) })),
            // By default a token may stand in the address as well, and addresses are written into logs.
            extractFrom: { headers: [{ name: "Authorization", valuePrefix: "Bearer " }] },
          },
        ],
      },
      ...(login && {
        oidc: {
          provider: { issuer },
          clientID: login.clientId,
          clientSecret: { name: login.clientSecret },
          scopes: [...(login.scopes ?? SCOPES)],
          redirectURL: `${gateway.url}${CALLBACK}`,
          logoutPath: LOGOUT,
          forwardAccessToken: true,
          refreshToken: true,
          passThroughAuthHeader: true,
        },
      }),
    },
  };
}

/**
 * Takes away the headers by which services know who it is, before anything else is done with a request. Of two policies for clients the one
 * that names the listener holds, whole: so it says as well what the gateway's says, `clients`.
 */
export function hygienePlan(
  { name, gateway }: Place,
  identity: Identity,
  clients: ClientPolicyManifest["spec"],
): IdentifiedClients {
  const claims = claimsOf(identity).map(identityHeader);
  // Some of them every gateway takes away.
  const remove = [...new Set([...clients.headers.earlyRequestHeaders.remove, ...claims])];
  return {
    apiVersion: "gateway.envoyproxy.io/v1alpha1",
    kind: "ClientTrafficPolicy",
    metadata: { name, namespace: gateway.namespace, labels: labels(name) },
    spec: {
      ...clients,
      targetRefs: [whole(gateway.name)],
      headers: { ...clients.headers, earlyRequestHeaders: { remove } },
    },
  };
}

/** Lets everybody call one route: what is said of a route holds instead of what is said of its gateway. */
export function openPlan(route: string, namespace: string, authentication: OptOut): SecurityPolicyManifest {
  return {
    apiVersion: "gateway.envoyproxy.io/v1alpha1",
    kind: "SecurityPolicy",
    metadata: { name: route, namespace, labels: labels(route), annotations: optOutAnnotations({ authentication }) },
    spec: {
      targetRefs: [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute", name: route }],
      authorization: { defaultAction: "Allow" },
    },
  };
}

const ANYWHERE = ["0.0.0.0/0", "::/0"];

/** Where proxies fetch keys and tokens. A network policy knows no names: by default it is any address, on the ports alone. */
export function issuersReached({ issuer, jwks, login, at }: Identity): readonly Destination[] {
  const ports = new Set([jwks, ...(login ? [issuer] : [])].map(portOf));
  return at ?? [...ports].flatMap((port) => ANYWHERE.map((cidr) => ({ cidr, port })));
}

function whole(gateway: string): Target {
  return { group: "gateway.networking.k8s.io", kind: "Gateway", name: gateway, sectionName: HTTPS };
}

const SHAPES: Shapes = {
  audiences: "a list of texts",
  "claims?": "a list of texts",
  "login?": "an object",
  "login.clientId": "a text",
  "login.clientSecret": "a text",
  "login.scopes?": "a list of texts",
  "at?": "a list of objects",
};
const CLAIM = /^[A-Za-z0-9_]+([.-][A-Za-z0-9_]+)*$/;

/** What is wrong with who may come in. */
export function authenticationProblems(name: string, identity: Identity): Problem[] {
  const misshapen = shapeProblems(identity, SHAPES);
  if (misshapen.length > 0) return [...nameProblems("name", name), ...misshapen];
  const { issuer, audiences, jwks, login, at } = identity;
  const problems = nameProblems("name", name);
  for (const [field, given] of Object.entries({ issuer, jwks })) problems.push(...addressProblems(field, given));
  if (audiences.length === 0 || audiences.length > 8 || audiences.some((audience) => audience.trim() === ""))
    problems.push({ field: "audiences", given: audiences, allowed: "one to eight, none of them empty" });
  const claims = claimsOf(identity);
  const headers = claims.map(identityHeader);
  for (const [index, claim] of claims.entries())
    if (!CLAIM.test(claim) || headers.indexOf(identityHeader(claim)) !== index)
      problems.push({
        field: `claims[${index}]`,
        given: claim,
        allowed: 'the name of a claim, such as "sub" or "realm_access.role", each header once',
      });
  if (login && login.clientId.trim() === "")
    problems.push({ field: "login.clientId", given: login.clientId, allowed: "what the issuer calls the gateway" });
  if (login) problems.push(...nameProblems("login.clientSecret", login.clientSecret));
  if (at) problems.push(...destinationProblems("at", at, "at least one place that the issuer answers at"));
  return problems;
}
