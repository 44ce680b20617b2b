import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "..");
const PAGES = globSync(["README.md", "apps/README.md", "docs/**/*.md"], { cwd: ROOT });

/** What a link to a heading ends with, as GitHub makes it. */
function anchor(heading: string): string {
  return heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}

/** A page without its examples: what looks like a link or a heading there is none. */
function prose(page: string): string {
  return readFileSync(join(ROOT, page), "utf8").replace(/^( *)```[\s\S]*?^\1```$/gm, "");
}

function anchors(page: string): string[] {
  return Array.from(prose(page).matchAll(/^#+ (.+)$/gm), ([, heading]) => anchor(heading as string));
}

function deadLinks(page: string): string[] {
  const links = Array.from(prose(page).matchAll(/\]\(([^)\s]+)\)/g), ([, link]) => link as string);
  return links
    .filter((link) => !/^[a-z]+:/.test(link))
    .filter((link) => {
      const [path = "", heading] = link.split("#");
      const target = path === "" ? page : relative(ROOT, join(ROOT, dirname(page), path));
      if (!existsSync(join(ROOT, target))) return true;
      return heading !== undefined && target.endsWith(".md") && !anchors(target).includes(heading);
    })
    .map((link) => `${page}: ${link}`);
}

test("each link of a page leads to a file that is there, and to a heading of it", () => {
  expect(PAGES).toContain("docs/services.md");
  expect(PAGES.flatMap(deadLinks)).toEqual([]);
});
