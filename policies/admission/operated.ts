import { OPERATED, type Places, placesOf } from "../core/operated.ts";

/** What stands for a value that is not there: a text for the name of an image, else an object without fields. */
const ABSENT: Readonly<Record<keyof Places, string>> = {
  specs: "{}",
  annotations: "{}",
  volumes: "{}",
  containers: "{}",
  images: '""',
  imageParts: '""',
  seccompProfiles: "{}",
};

/** The list of what an object says at its kind's places, in CEL. */
export function operatedValues(part: keyof Places): string {
  const kinds = Object.entries(OPERATED).flatMap(([kind, operated]) => {
    const places = placesOf(operated)[part];
    const values = places.map((place) => valuesAt(place, ABSENT[part]));
    return values.length === 0 ? [] : [{ kind, values: values.join(" + ") }];
  });
  // Kinds that say the same are asked about once.
  const alike = [...Map.groupBy(kinds, ({ values }) => values)];
  const asked = alike.map(([values, of]) => `object.kind in ${JSON.stringify(of.map(({ kind }) => kind))} ? ${values}`);
  return `(${asked.join(" : ")} : [])`;
}

/** A list: the value at a place, the items of the list there, or the value in each item of a list. */
function valuesAt(place: string, absent: string): string {
  const [before = "", after = "", ...more] = place.split("[]");
  if (more.length > 0) throw new TypeError(`${place} has lists in a list; allowed: one list`);
  if (!place.includes("[]")) return `[dyn(object)${steps(place)}.orValue(${absent})]`;
  const items = `dyn(object)${steps(before)}.orValue([])`;
  return after === "" ? items : `${items}.map(i, i${steps(after.slice(1))}.orValue(${absent}))`;
}

function steps(path: string): string {
  return path
    .split(".")
    .map((step) => `.?${step}`)
    .join("");
}
