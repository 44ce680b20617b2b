import { expect, test } from "vitest";
import { errorFields } from "./log.ts";

test("an error of PostgreSQL is told without the values of its row", () => {
  const error = Object.assign(new Error("duplicate key value violates unique constraint"), {
    code: "23505",
    detail: "Key (customer)=(Anna) already exists.",
    where: "SQL statement",
  });
  expect(errorFields(error)).toEqual({ type: "Error", code: "23505", message: error.message, stack: error.stack });
});
