import { testRules } from "../../testing/rule-tests.ts";
import { CHANGE } from "./index.ts";

testRules(CHANGE);
