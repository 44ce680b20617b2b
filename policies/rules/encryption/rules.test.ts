import { testRules } from "../../testing/rule-tests.ts";
import { ENCRYPTION } from "./index.ts";

testRules(ENCRYPTION);
