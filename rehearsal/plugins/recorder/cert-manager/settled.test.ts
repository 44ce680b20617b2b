import { expect, it } from "vitest";
import { hasSecret, hasUnknown, Output, reveal, Secret, UNKNOWN } from "../../rpc/index.ts";
import { settled } from "./settled.ts";

it("settled gives values, secrets and unknowns in place of outputs, however deep", () => {
  const map = settled({
    plain: new Output("a", false, ["urn"]),
    nested: [{ secret: new Output(new Output("b", false, []), true, []) }],
    later: new Output(undefined, true, []),
    kept: new Secret(["c"]),
  });
  expect(map.plain).toBe("a");
  expect(hasSecret(map.nested ?? null)).toBe(true);
  expect(reveal(map.nested ?? null)).toEqual([{ secret: "b" }]);
  expect(map.later).toBeInstanceOf(Secret);
  expect(reveal(map.later ?? null)).toBe(UNKNOWN);
  expect(hasUnknown(map.later ?? null)).toBe(true);
  expect(reveal(map.kept ?? null)).toEqual(["c"]);
});
