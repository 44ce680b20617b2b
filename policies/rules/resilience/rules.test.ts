import { testRules } from "../../testing/rule-tests.ts";
import { RESILIENCE } from "./index.ts";

testRules(RESILIENCE);
