import { testRules } from "../../testing/rule-tests.ts";
import { PRIVACY } from "./index.ts";

testRules(PRIVACY);
