import { testRules } from "../../testing/rule-tests.ts";
import { RECOVERY } from "./index.ts";

testRules(RECOVERY);
