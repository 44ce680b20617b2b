import { isPropertyMap, Output, type PropertyMap, type PropertyValue, Secret, UNKNOWN } from "../../rpc/index.ts";

/** Values as a resource has them: an output is what it gives, with its secret mark, and without its dependencies. */
export function settled(map: PropertyMap): PropertyMap {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, settledValue(value)]));
}

function settledValue(value: PropertyValue): PropertyValue {
  if (value instanceof Output) {
    const inner = value.value === undefined ? UNKNOWN : settledValue(value.value);
    return value.secret ? new Secret(inner) : inner;
  }
  if (value instanceof Secret) return new Secret(settledValue(value.value));
  if (Array.isArray(value)) return value.map(settledValue);
  return isPropertyMap(value) ? settled(value) : value;
}
