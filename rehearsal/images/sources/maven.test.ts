import { expect, it } from "vitest";
import { jarVersion } from "./maven.ts";

it.each([
  ["opt/kafka/libs/kafka_2.13-4.1.0.jar", { name: "kafka_2.13", version: "4.1.0" }],
  ["libs/zstd-jni-1.5.6-10.jar", { name: "zstd-jni", version: "1.5.6-10" }],
  ["libs/javassist-3.30.2-GA.jar", { name: "javassist", version: "3.30.2-GA" }],
  ["libs/readme.txt", undefined],
])("%s is %o", (path, ingredient) => {
  expect(jarVersion(path)).toEqual(ingredient);
});
