import { describe, expect, test } from "vitest";
import { parsed, pinned, problemOf, spellings } from "./image-reference.ts";

const SHA256 = `sha256:${"0123456789abcdef".repeat(4)}`;

test.each([
  ["nginx", { repository: "nginx", tag: undefined, digest: undefined }],
  ["nginx:1.25", { repository: "nginx", tag: "1.25", digest: undefined }],
  ["nginx:", { repository: "nginx", tag: "", digest: undefined }],
  ["registry:5000/shop/orders", { repository: "registry:5000/shop/orders", tag: undefined, digest: undefined }],
  ["registry:5000/orders:1@sha256:ab", { repository: "registry:5000/orders", tag: "1", digest: "sha256:ab" }],
  ["orders@", { repository: "orders", tag: undefined, digest: "" }],
  ["@sha256:ab", { repository: "", tag: undefined, digest: "sha256:ab" }],
])("%s is taken apart", (image, reference) => expect(parsed(image)).toEqual(reference));

test.each([
  [`orders@${SHA256}`, true],
  [`orders:1@sha512:${"ab".repeat(64)}`, true],
  ["orders@sha256:123456", true],
  ["orders@sha256:ABCDEF", false],
  [`orders@blake3:${"ab".repeat(32)}`, false],
  ["orders@sha256:", false],
  ["orders@", false],
  ["orders:1", false],
])("%s is pinned: %s", (image, answer) => expect(pinned(parsed(image))).toBe(answer));

describe("the grammar of an image's name", () => {
  test.each([
    "nginx",
    "shop/orders:1.4.2",
    "localhost/orders",
    "registry.example.com:5000/shop/orders__v2:1.4.2-rc.1_x",
    "REGISTRY.example.com/orders",
    "Team/orders",
    "our_team.eu/orders",
    `${"09".repeat(32)}:1`,
    `example.com/${"a".repeat(255)}`,
    `orders:${"a".repeat(128)}`,
    "[fe80::9]:5000/orders",
    "9a-9.9b-9/orders",
    `orders@sha512:${"9".repeat(128)}`,
    `a.b-c_d__e---f@${SHA256}`,
    `orders:1@sha384:${"0".repeat(96)}`,
  ])("%s can be pulled", (image) => expect(problemOf(image)).toBeUndefined());

  test.each([
    ["", /no repository/],
    [":1.0", /no repository/],
    ["registry.example.com/", /no repository/],
    [" nginx:1", /spaces/],
    ["shop/Orders:1", /capitals/],
    ["Orders", /capitals/],
    ["https://example.com/orders", /"https:" for a registry/],
    ["-a.example.com/orders", /"-a.example.com" for a registry/],
    ["shop//orders:1", /"" for a part/],
    ["shop/or ders:1", /"or ders" for a part/],
    ["shop/orders-:1", /"orders-" for a part/],
    ["shop/a___b", /"a___b" for a part/],
    ["$" + "{IMAGE}", /capitals/],
    [`example.com/${"a".repeat(256)}`, /more than 255/],
    ["09af".repeat(16), /id of an image/],
    ["orders:", /empty tag/],
    ["orders:-1", /"-1" for a tag/],
    [`orders:${"a".repeat(129)}`, /for a tag/],
    ["orders:1+2", /"1\+2" for a tag/],
    ["orders@", /digest of ""/],
    [`@${SHA256}`, /no repository/],
    ["orders@sha256:123456", /6 characters, not 64/],
    [`orders@${SHA256.toUpperCase()}`, /digest of "SHA256"/],
    [`orders@sha256:${"AB".repeat(32)}`, /small letters/],
    ["orders@md5:abcdef", /digest of "md5", not sha256, sha384, sha512/],
  ])("%j cannot", (image, problem) => expect(problemOf(image)).toMatch(problem));
});

test.each([
  ["nginx:1", ["nginx:1", "docker.io/library/nginx:1"]],
  ["library/nginx", ["library/nginx", "docker.io/library/nginx", "nginx"]],
  ["docker.io/nginx", ["docker.io/nginx", "docker.io/library/nginx", "nginx"]],
  ["index.docker.io/shop/orders", ["index.docker.io/shop/orders", "docker.io/shop/orders", "shop/orders"]],
  ["shop/orders@sha256:ab", ["shop/orders@sha256:ab", "docker.io/shop/orders@sha256:ab"]],
  ["quay.io/shop/orders:1", ["quay.io/shop/orders:1"]],
  ["localhost:5000/orders", ["localhost:5000/orders"]],
])("%s may be written otherwise", (image, same) => expect(spellings(image)).toEqual(same));
