import { testRules } from "../../testing/rule-tests.ts";
import { IMAGES } from "./index.ts";

testRules(IMAGES);
