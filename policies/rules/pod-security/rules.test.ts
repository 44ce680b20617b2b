import { testRules } from "../../testing/rule-tests.ts";
import { POD_SECURITY } from "./index.ts";

testRules(POD_SECURITY);
