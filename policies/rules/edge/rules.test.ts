import { testRules } from "../../testing/rule-tests.ts";
import { EDGE } from "./index.ts";

testRules(EDGE);
