import { testRules } from "../../testing/rule-tests.ts";
import { SECRETS } from "./index.ts";

testRules(SECRETS);
