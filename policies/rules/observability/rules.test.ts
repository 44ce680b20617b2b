import { testRules } from "../../testing/rule-tests.ts";
import { OBSERVABILITY } from "./index.ts";

testRules(OBSERVABILITY);
