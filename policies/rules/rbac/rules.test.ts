import { testRules } from "../../testing/rule-tests.ts";
import { RBAC } from "./index.ts";

testRules(RBAC);
