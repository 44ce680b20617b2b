import { testRules } from "../../testing/rule-tests.ts";
import { DELIVERY } from "./index.ts";

testRules(DELIVERY);
