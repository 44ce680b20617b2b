import type { Map as ProtobufMap } from "google-protobuf";

/** A protobuf map as a plain object. */
export function recordOf<Value>(map: ProtobufMap<string, Value>): Record<string, Value> {
  const record: Record<string, Value> = {};
  map.forEach((value, key) => {
    record[key] = value;
  });
  return record;
}
