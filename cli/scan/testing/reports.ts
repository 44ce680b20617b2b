/** Results as the tools write them, cut down to what is read, with one or two findings each. */

export const TRIVY = {
  SchemaVersion: 2,
  CreatedAt: "2026-10-01T10:00:00.5Z",
  ArtifactName: "shop/orders:1.4.0",
  ArtifactType: "container_image",
  Results: [
    {
      Target: "shop/orders:1.4.0 (debian 12.5)",
      Class: "os-pkgs",
      Type: "debian",
      Vulnerabilities: [
        {
          VulnerabilityID: "CVE-2026-0001",
          PkgName: "libssl3",
          InstalledVersion: "3.0.11-1",
          FixedVersion: "3.0.13-1, 3.1.5-1",
          Severity: "CRITICAL",
          Title: "openssl: reads beyond the end",
        },
        {
          VulnerabilityID: "CVE-2026-0002",
          PkgName: "tar",
          InstalledVersion: "1.34",
          Severity: "LOW",
          Description: "Takes long. It can be told to take longer.",
        },
      ],
    },
    {
      Target: "Node.js",
      Class: "lang-pkgs",
      Type: "node-pkg",
      Vulnerabilities: [
        {
          VulnerabilityID: "CVE-2026-0003",
          PkgName: "ws",
          PkgPath: "app/node_modules/ws/package.json",
          InstalledVersion: "8.1.0",
          FixedVersion: "8.1.1",
          Severity: "MEDIUM",
          Title: "ws: takes too much",
        },
      ],
    },
    {
      Target: "app/config.js",
      Class: "secret",
      Secrets: [
        {
          RuleID: "aws-access-key-id",
          Title: "AWS Access Key ID",
          Severity: "CRITICAL",
          StartLine: 7,
          Match: "the-text-beside-the-secret",
        },
      ],
    },
    {
      Target: "Dockerfile",
      Class: "config",
      Type: "dockerfile",
      Misconfigurations: [
        {
          ID: "DS002",
          Title: "Image user should not be 'root'",
          Severity: "HIGH",
          Status: "FAIL",
          CauseMetadata: { StartLine: 0 },
        },
        { ID: "DS005", Title: "ADD instead of COPY", Severity: "LOW", Status: "PASS" },
      ],
    },
  ],
};

export const DEPENDENCY_CHECK = {
  reportSchema: "1.1",
  scanInfo: { engineVersion: "12.1.0" },
  projectInfo: { name: "shop", reportDate: "2026-10-01T11:00:00.123456Z" },
  dependencies: [
    { fileName: "clean-1.0.jar", filePath: "/work/clean-1.0.jar" },
    {
      fileName: "log4j-core-2.14.1.jar",
      packages: [{ id: "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1", confidence: "HIGH" }],
      vulnerabilities: [
        {
          source: "NVD",
          name: "CVE-2021-44228",
          severity: "CRITICAL",
          description: "Lookups reach other hosts. More follows.",
          vulnerableSoftware: [
            { software: { id: "cpe:2.3:a:apache:log4j:*:*", versionEndExcluding: "2.12.2" } },
            {
              software: {
                id: "cpe:2.3:a:apache:log4j:*:*",
                versionEndExcluding: "2.15.0",
                vulnerabilityIdMatched: "true",
              },
            },
          ],
        },
      ],
    },
  ],
};

export const SNYK = {
  ok: false,
  packageManager: "npm",
  projectName: "shop-web",
  displayTargetFile: "web/package-lock.json",
  vulnerabilities: ["the first way", "the second way"].map((from) => ({
    id: "SNYK-JS-LODASH-590103",
    title: "Prototype Pollution",
    severity: "high",
    packageName: "lodash",
    version: "4.17.15",
    fixedIn: ["4.17.20"],
    identifiers: { CVE: ["CVE-2020-8203"] },
    from: [from],
  })),
};
