import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import axe from "axe-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { extractText, getDocumentProxy } from "unpdf";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { SECTIONS } from "../policies/core/rule.ts";
import { renderHtml } from "../policies/report/html.ts";
import { NASTY, SAMPLE, SECRET } from "../policies/report/testing/sample.ts";
import { findBrowser, launch } from "./support/browser.ts";

const found = await findBrowser();
const skipped = "why" in found ? ` (skipped: ${found.why})` : "";

describe.skipIf("why" in found)(`the report's page in a real browser${skipped}`, () => {
  let dir: string;
  let file: string;
  let browser: Browser;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), "plumbline-report-"));
    file = join(dir, "report.html");
    writeFileSync(file, renderHtml(SAMPLE));
    if ("executable" in found) browser = await launch(found);
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(dir, { recursive: true, force: true });
  });

  /** The page as somebody opens it, with what it complained of and what it asked for beside itself. */
  async function open(options: BrowserContextOptions = {}): Promise<Page & { readonly complaints: string[] }> {
    const context = await browser.newContext(options);
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const complaints: string[] = [];
    const url = pathToFileURL(file).href;
    page.on("console", (message) => complaints.push(`console: ${message.text()}`));
    page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
    page.on("dialog", (dialog) => {
      complaints.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on("request", (request) => request.url() !== url && complaints.push(`request: ${request.url()}`));
    page.on("requestfailed", (request) => complaints.push(`failed: ${request.failure()?.errorText}`));
    await page.goto(url);
    return Object.assign(page, { complaints });
  }

  /** Presses Tab until the focus is on what a selector names, as somebody without a mouse does. */
  async function tabTo(page: Page, selector: string): Promise<void> {
    for (let presses = 0; presses < 60; presses++) {
      await page.keyboard.press("Tab");
      if (await page.evaluate(`document.activeElement.matches(${JSON.stringify(selector)})`)) return;
    }
    throw new Error(`Tab does not come to ${selector}`);
  }

  test("it says the verdict and the sum of all eleven sections, asks for nothing, and complains of nothing", async () => {
    const page = await open();
    expect(await page.textContent("h1")).toBe("Production checklist: does not hold");
    expect(await page.textContent(".verdict")).toContain("3 findings break what must hold. 1 exemption has ended.");
    const rows = await page.locator("section[aria-labelledby=totals] tbody th").allTextContents();
    expect(rows).toEqual(Object.values(SECTIONS));
    expect(page.complaints).toEqual([]);
  });

  test("a name is text, whatever it looks like, and no secret is in the page", async () => {
    const page = await open();
    expect(await page.locator("script").count()).toBe(1);
    expect(await page.textContent("#rule-replicas-min")).toContain(NASTY.replace("\u001b", "\\u001b"));
    expect(await page.content()).not.toContain(SECRET);
    expect(page.complaints).toEqual([]);
  });

  test("its own policy lets no other script run", async () => {
    const page = await open();
    await page.evaluate(
      `document.body.append(Object.assign(document.createElement("script"), { textContent: "pwned = 1" }))`,
    );
    await page.evaluate(
      `document.body.append(Object.assign(document.createElement("img"), { src: "https://plumbline.test/" }))`,
    );
    expect(await page.evaluate("typeof pwned")).toBe("undefined");
    expect(page.complaints.join()).toContain("inline script violates the following Content Security Policy");
    expect(page.complaints).toContain("failed: csp");
  });

  test("the keyboard alone comes to the filter, filters, opens what is left, and shows all again", async () => {
    const page = await open();
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.className")).toBe("skip");
    await tabTo(page, "input[name=words]");
    await page.keyboard.type("replicas-min proxy");
    expect(await page.textContent("#result")).toBe("Shown: 0 of 7 rules, 0 findings");
    for (let presses = 0; presses < " proxy".length; presses++) await page.keyboard.press("Backspace");
    expect(await page.textContent("#result")).toBe("Shown: 1 of 7 rules, 2 findings");
    await tabTo(page, "#rule-replicas-min > summary");
    const evidence = page.locator("#rule-replicas-min tbody tr").first();
    expect(await evidence.isVisible()).toBe(false);
    await page.keyboard.press("Enter");
    expect(await evidence.isVisible()).toBe(true);
    expect(await evidence.textContent()).toContain("shop/orders.yaml:12");
    await page.locator("#none").press("Enter");
    expect(await page.locator("details.rule:visible").count()).toBe(7);
  });

  test("rules that had nothing to judge are hidden until they are asked for, and on paper they are there", async () => {
    const page = await open();
    const empty = page.locator("#rule-hpa-target-exists");
    expect([await empty.isVisible(), await page.textContent("#result")]).toEqual([
      false,
      "Shown: 6 of 7 rules, 8 findings",
    ]);
    await page.locator("input[name=words]").fill("hpa-target");
    expect(await empty.isVisible()).toBe(true);
    await page.locator("input[name=words]").fill("");
    const document = await getDocumentProxy(new Uint8Array(await page.pdf()));
    expect((await extractText(document, { mergePages: true })).text).toContain("hpa-target-exists");
    expect(await empty.isVisible()).toBe(false);
  });

  test("the fields of the filter stand on one line, and a link is followed at once", async () => {
    const page = await open({ viewport: { width: 1280, height: 800 } });
    const tops = await page
      .locator("#filter label")
      .evaluateAll((all: { getBoundingClientRect(): { top: number } }[]) =>
        all.map((one) => Math.round(one.getBoundingClientRect().top)),
      );
    expect(new Set(tops).size).toBe(1);
    expect(await page.evaluate("getComputedStyle(document.documentElement).scrollBehavior")).toBe("auto");
  });

  test("the filter takes verdict and section, too, and a screen reader hears what it did", async () => {
    const page = await open();
    const shown = () =>
      page.locator("details.rule:visible").evaluateAll((all: { id: string }[]) => all.map(({ id }) => id));
    await page.locator("select[name=verdict]").selectOption("broken");
    expect(await shown()).toEqual(["rule-replicas-min", "rule-secret-literal-forbidden"]);
    await page.locator("select[name=section]").selectOption("security");
    expect(await shown()).toEqual(["rule-secret-literal-forbidden"]);
    await page.locator("select[name=section]").selectOption("scalability");
    await page.locator("select[name=verdict]").selectOption("none");
    expect(await shown()).toEqual(["rule-hpa-target-exists"]);
    expect(await page.locator("#result").getAttribute("aria-live")).toBe("polite");
  });

  test("a link to a rule opens it, even one that the filter hides", async () => {
    const page = await open();
    await page.locator("select[name=section]").selectOption("compliance");
    await page.locator("#stops + ol a").first().press("Enter");
    await page.locator("#rule-secret-literal-forbidden[open] dl").waitFor();
    expect(await page.evaluate("document.activeElement.parentElement.id")).toBe("rule-secret-literal-forbidden");
  });

  describe.each(["light", "dark"] as const)("in the %s", (colorScheme) => {
    test("axe finds nothing, closed and open", async () => {
      const page = await open({ colorScheme });
      await page.evaluate(axe.source);
      const violations = async () => {
        const { violations } = (await page.evaluate("axe.run()")) as axe.AxeResults;
        return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
      };
      expect(await violations()).toEqual([]);
      await page.locator("#all").press("Enter");
      expect(await page.locator("details:not([open])").count()).toBe(0);
      expect(await violations()).toEqual([]);
    });
  });

  test("axe would find something", async () => {
    const page = await open();
    await page.evaluate(axe.source);
    await page.evaluate(`document.querySelector("select").parentElement.replaceWith(document.querySelector("select"))`);
    const { violations } = (await page.evaluate("axe.run()")) as axe.AxeResults;
    expect(violations.map(({ id }) => id)).toContain("select-name");
  });

  test.each([true, false])("on paper everything is open (scripts: %s)", async (javaScriptEnabled) => {
    const page = await open({ javaScriptEnabled });
    const document = await getDocumentProxy(new Uint8Array(await page.pdf()));
    const { text } = await extractText(document, { mergePages: true });
    const words = text.replace(/\s+/g, " ");
    expect(words).toContain("with one pod, every restart, node drain and crash is an outage of the service");
    expect(words).toContain("HorizontalPodAutoscaler shop/orders");
    expect(words).toContain("one writer by design");
    expect(words).not.toContain("Open all");
    expect(document.numPages).toBeGreaterThan(6);
  });

  test("without scripts the page is whole, and the filter, which would do nothing, is not shown", async () => {
    const page = await open({ javaScriptEnabled: false });
    expect(await page.locator("#filter").isVisible()).toBe(false);
    await page.locator("#rule-replicas-min > summary").click();
    expect(await page.locator("#rule-replicas-min tbody tr").first().isVisible()).toBe(true);
  });

  test("on a telephone nothing runs out of the page, and motion is left out where it is not wanted", async () => {
    const page = await open({ viewport: { width: 320, height: 600 }, reducedMotion: "reduce" });
    await page.locator("#all").press("Enter");
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(320);
    expect(await page.evaluate("getComputedStyle(document.documentElement).scrollBehavior")).toBe("auto");
  });
});
