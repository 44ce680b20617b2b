/** Draws the picture of the stack from the golden file of the local environment: `node docs/picture/main.ts`. */
import { writeFileSync } from "node:fs";
import { pictures } from "./pictures.ts";

for (const { path, content } of pictures()) {
  writeFileSync(path, content);
  console.log(path);
}
