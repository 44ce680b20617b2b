import { testRules } from "../../testing/rule-tests.ts";
import { BACKUP } from "./index.ts";

testRules(BACKUP);
