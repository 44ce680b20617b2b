import { runPlugin } from "../../rpc/index.ts";
import { openJournal } from "../journal.ts";
import { recorder } from "../recorder.ts";
import { awsCatalogue } from "./catalogue.ts";

await runPlugin(recorder(awsCatalogue(), openJournal()));
