import { expect, it } from "vitest";
import { archiveName, parseSimulation, statusOf, superseded } from "./apt.ts";

it("reads from apt's simulation what it would install", () => {
  const output = [
    "Reading package lists...",
    "The following NEW packages will be installed:",
    "  libc6 redis-server",
    "Inst libc6 (2.36-9+deb12u14 Debian:12.15/oldstable [amd64])",
    "Inst libgcrypt20 (1.10.1-3+deb12u1 Debian:12.15/oldstable, Debian-Security:12/oldstable-security [amd64]) []",
    "Inst tzdata [2024a] (2026f-0+deb12u1 Debian:12.15/oldstable [all])",
    "Inst redis-server (5:7.0.15-1~deb12u10 Debian-Security:12/oldstable-security [amd64])",
    "Conf libc6 (2.36-9+deb12u14 Debian:12.15/oldstable [amd64])",
  ].join("\n");
  expect(parseSimulation(output)).toEqual([
    { name: "libc6", version: "2.36-9+deb12u14", architecture: "amd64" },
    { name: "libgcrypt20", version: "1.10.1-3+deb12u1", architecture: "amd64" },
    { name: "tzdata", version: "2026f-0+deb12u1", architecture: "all" },
    { name: "redis-server", version: "5:7.0.15-1~deb12u10", architecture: "amd64" },
  ]);
});

it("knows the file that apt downloads a package to", () => {
  const redis = { name: "redis-server", version: "5:7.0.15-1~deb12u10", architecture: "amd64" };
  expect(archiveName(redis)).toBe("redis-server_5%3a7.0.15-1~deb12u10_amd64.deb");
  expect(archiveName({ name: "tzdata:all", version: "2026f", architecture: "all" })).toBe("tzdata_2026f_all.deb");
});

it("tells apt what it takes as installed", () => {
  const stanzas = statusOf(["adduser", "perl"], "arm64").split("\n\n");
  expect(stanzas).toHaveLength(3);
  expect(stanzas[1]?.split("\n")).toEqual(
    expect.arrayContaining(["Package: perl", "Status: install ok installed", "Version: 99:0", "Architecture: arm64"]),
  );
  expect(statusOf([], "arm64")).toBe("");
});

it("takes away what was downloaded of a package before, and no other package", () => {
  const redis = { name: "redis-server", version: "5:7.0.15-2", architecture: "amd64" };
  const files = [
    "redis-server_5%3a7.0.15-1_amd64.deb",
    "redis-server_5%3a7.0.15-2_amd64.deb",
    "redis_5%3a7.0.15-1_all.deb",
    "lock",
    "partial",
  ];
  expect(superseded(files, [redis])).toEqual(["redis-server_5%3a7.0.15-1_amd64.deb"]);
});
