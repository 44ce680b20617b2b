import { EXEMPTIONS } from "../exemptions.ts";
import { RULES } from "../rules/index.ts";
import { servePack } from "./pack.ts";

servePack("plumbline", RULES, EXEMPTIONS);
