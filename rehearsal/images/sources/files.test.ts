import { expect, it } from "vitest";
import { textFile } from "../oci/entry.ts";
import { fileEntries } from "./files.ts";

it("makes texts, programs, links and folders of a description", () => {
  const entries = fileEntries({
    kind: "files",
    texts: { "/etc/a": "1" },
    programs: { "/opt/run": "#!/bin/sh\n" },
    links: { "/usr/bin/java": "../lib/java" },
    shared: ["/tmp"],
  });
  expect(entries).toEqual([
    textFile("etc/a", "1"),
    textFile("opt/run", "#!/bin/sh\n", 0o755),
    { type: "link", path: "usr/bin/java", target: "../lib/java" },
    { type: "directory", path: "tmp", mode: 0o1777 },
  ]);
  expect(fileEntries({ kind: "files" })).toEqual([]);
});
