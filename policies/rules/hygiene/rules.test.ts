import { testRules } from "../../testing/rule-tests.ts";
import { HYGIENE } from "./index.ts";

testRules(HYGIENE);
