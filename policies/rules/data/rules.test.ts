import { testRules } from "../../testing/rule-tests.ts";
import { DATA } from "./index.ts";

testRules(DATA);
