import { testRules } from "../../testing/rule-tests.ts";
import { PROBES } from "./index.ts";

testRules(PROBES);
