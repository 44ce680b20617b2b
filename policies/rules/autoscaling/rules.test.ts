import { testRules } from "../../testing/rule-tests.ts";
import { AUTOSCALING } from "./index.ts";

testRules(AUTOSCALING);
