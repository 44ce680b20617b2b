import { testRules } from "../../testing/rule-tests.ts";
import { ADMISSION } from "./index.ts";

testRules(ADMISSION);
