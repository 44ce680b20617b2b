import { testRules } from "../../testing/rule-tests.ts";
import { RESOURCES } from "./index.ts";

testRules(RESOURCES);
