import { testRules } from "../../testing/rule-tests.ts";
import { CLOUD } from "./index.ts";

testRules(CLOUD);
