import { testRules } from "../../testing/rule-tests.ts";
import { AUDIT } from "./index.ts";

testRules(AUDIT);
