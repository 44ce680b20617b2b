import { testRules } from "../../testing/rule-tests.ts";
import { NETWORK } from "./index.ts";

testRules(NETWORK);
