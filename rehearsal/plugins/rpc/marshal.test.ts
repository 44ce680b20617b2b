import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { marshal, unmarshal } from "./marshal.ts";
import {
  Archive,
  Asset,
  hasSecret,
  hasUnknown,
  Output,
  type PropertyValue,
  ResourceReference,
  reveal,
  Secret,
  sameValue,
  UNKNOWN,
} from "./property.ts";

const scalar = fc.oneof(
  fc.string(),
  fc.boolean(),
  fc.constant(null),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const { value } = fc.letrec<{ value: PropertyValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    scalar,
    fc.constant(UNKNOWN),
    tie("value").map((inner) => new Secret(inner)),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(
      fc.string().filter((key) => key !== "__proto__"),
      tie("value"),
      { maxKeys: 3, noNullPrototype: true },
    ),
  ),
}));

/** Everything about a value, secrets included, to compare by. */
const shape = (given: PropertyValue): unknown =>
  given instanceof Secret
    ? { secret: shape(given.value) }
    : Array.isArray(given)
      ? given.map(shape)
      : given !== null && typeof given === "object" && given.constructor === Object
        ? Object.fromEntries(Object.entries(given).map(([key, inner]) => [key, shape(inner)]))
        : given;

describe("the wire", () => {
  it("brings every value back as it was", () => {
    fc.assert(
      fc.property(value, (given) => {
        const { back } = unmarshal(marshal({ back: given }));
        expect(shape(back ?? null)).toEqual(shape(given));
      }),
    );
  });

  it("keeps assets, archives, references and outputs apart from maps", () => {
    const values = {
      text: new Asset({ text: "a", hash: "1" }),
      many: new Archive({ assets: { a: new Asset({ path: "/a" }) } }),
      other: new ResourceReference("urn:pulumi:a::b::c::d", "id", "1.0.0"),
      component: new ResourceReference("urn:pulumi:a::b::c::e"),
      later: new Output(undefined, true, ["urn:x"]),
      known: new Output("v", false, []),
    };
    expect(unmarshal(marshal(values))).toEqual(values);
  });

  it("refuses a signature that it does not know", () => {
    const odd = marshal({ a: { "4dabf18193072939515e22adb298388d": "new-thing" } });
    expect(() => unmarshal(odd)).toThrow('unknown signature "new-thing"');
  });

  it("takes nothing for an empty map", () => {
    expect(unmarshal(undefined)).toEqual({});
  });
});

describe("secrets", () => {
  it("do not show in logs, JSON or text", () => {
    const secret = new Secret({ password: "hunter2" });
    for (const text of [inspect({ a: [secret] }, { depth: null }), JSON.stringify({ secret }), `${secret}`])
      expect(text).toContain("[secret]");
    expect(inspect(secret, { showHidden: true })).not.toContain("hunter2");
  });

  it("are found, and taken off, at any depth", () => {
    const deep = { list: [{ a: new Secret({ b: new Secret("c") }) }] };
    expect(hasSecret(deep)).toBe(true);
    expect(hasSecret(reveal(deep))).toBe(false);
    expect(reveal(deep)).toEqual({ list: [{ a: { b: "c" } }] });
  });

  it("make no difference to what is the same", () => {
    expect(sameValue(new Secret(["a"]), ["a"])).toBe(true);
    expect(sameValue(new Secret("a"), new Secret("b"))).toBe(false);
  });
});

describe("what is not known", () => {
  it("is found at any depth, and is like nothing, not even itself", () => {
    expect(hasUnknown({ a: [new Secret({ b: UNKNOWN })] })).toBe(true);
    expect(hasUnknown({ a: ["b"] })).toBe(false);
    expect(sameValue(UNKNOWN, UNKNOWN)).toBe(false);
  });
});
