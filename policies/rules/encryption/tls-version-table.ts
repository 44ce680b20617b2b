import { type AwsSetting, type AwsTable, has, is, type Narrowed, setting, unless } from "../../core/aws-settings.ts";
import type { Field } from "../../core/field.ts";
import { atLeastVersion, leastVersion, type TlsVersion } from "./tls-version.ts";

/** Names of policies that speak TLS 1.2 and 1.3, or 1.3 alone, for what the fix says. */
interface Example {
  readonly 12: string;
  readonly 13: string;
}

const CLOUDFRONT: Example = { 12: "TLSv1.2_2021", 13: "TLSv1.3_2025" };
const LOAD_BALANCER: Example = { 12: "ELBSecurityPolicy-TLS13-1-2-2021-06", 13: "ELBSecurityPolicy-TLS13-1-3-2021-06" };
const GATEWAY: Example = { 12: "TLS_1_2", 13: "SecurityPolicy_TLS13_1_3_2025_09" };
const SEARCH: Example = { 12: "Policy-Min-TLS-1-2-PFS-2023-10", 13: "Policy-Min-TLS-1-2-PFS-2023-10" };
const TRANSFER: Example = { 12: "TransferSecurityPolicy-2024-01", 13: "TransferSecurityPolicy-2024-01" };
const IOT: Example = { 12: "IotSecurityPolicy_TLS13_1_2_2022_10", 13: "IotSecurityPolicy_TLS13_1_3_2022_10" };

/**
 * Where services in AWS name the versions of TLS that they speak. Where nothing is named, all of these speak older ones
 * too, or have done so until lately. Names: the services' documentation of their security policies.
 */
export function tlsTable(least: TlsVersion): AwsTable {
  const policy = (at: string, example: Example, narrowed: Narrowed = {}) =>
    setting(at, (field) => atLeastVersion(field, least), JSON.stringify(example[least >= 13 ? 13 : 12]), narrowed);
  // CloudFront's own certificate speaks TLS 1.0 whatever else is said.
  const certificate = [
    setting("viewerCertificate.cloudfrontDefaultCertificate", (field) => field.boolean() === false, "false", {
      unset: true,
    }),
    policy("viewerCertificate.minimumProtocolVersion", CLOUDFRONT, { when: unless(usesOwnCertificate) }),
  ];
  // The services of search and file transfer have no policy of TLS 1.3 alone.
  const domain = [policy("domainEndpointOptions.tlsSecurityPolicy", SEARCH)];
  return {
    "aws:apigateway/domainName:DomainName": [policy("securityPolicy", GATEWAY)],
    "aws:apigatewayv2/domainName:DomainName": [policy("domainNameConfiguration.securityPolicy", GATEWAY)],
    "aws:cloudfront/distribution:Distribution": certificate,
    "aws:cloudfront/multitenantDistribution:MultitenantDistribution": certificate,
    "aws:cloudsearch/domain:Domain": [policy("endpointOptions.tlsSecurityPolicy", SEARCH)],
    "aws:elasticsearch/domain:Domain": domain,
    "aws:elb/loadBalancerPolicy:LoadBalancerPolicy": negotiation("policyAttributes[]", least),
    "aws:elb/sslNegotiationPolicy:SslNegotiationPolicy": negotiation("attributes[]", least),
    "aws:iot/domainConfiguration:DomainConfiguration": [policy("tlsConfig.securityPolicy", IOT)],
    "aws:lb/listener:Listener": [policy("sslPolicy", LOAD_BALANCER, { when: is("protocol", "HTTPS", "TLS") })],
    "aws:opensearch/domain:Domain": domain,
    "aws:transfer/server:Server": [policy("securityPolicyName", TRANSFER)],
  };
}

function usesOwnCertificate(root: Field): boolean {
  return root.at("viewerCertificate", "cloudfrontDefaultCertificate").value === true;
}

/** A classic load balancer's policy names another one, or switches each version by itself. */
function negotiation(list: string, least: TlsVersion): readonly AwsSetting[] {
  const right = (attribute: Field) => {
    const name = attribute.at("name").text() ?? "";
    const value = attribute.at("value");
    if (name === "Reference-Security-Policy") return atLeastVersion(value, least);
    if (!/^Protocol-(SSL|TLS)v/.test(name) || value.scalar() !== "true") return true;
    return (leastVersion(name.slice("Protocol-".length)) ?? 10) >= least;
  };
  return [setting(list, right, "no protocol and no policy of an older TLS", { when: has(list) })];
}
