import type { Report } from "../report/report.ts";
import type { TextOptions } from "../report/text.ts";

/** How a report can be written. Each way is loaded when it is asked for. */
const RENDERERS = {
  text: async () => (await import("../report/text.ts")).renderText,
  json: async () => (await import("../report/json.ts")).renderJson,
  sarif: async () => (await import("../report/sarif.ts")).renderSarif,
  junit: async () => (await import("../report/junit.ts")).renderJunit,
  markdown: async () => (await import("../report/markdown.ts")).renderMarkdown,
  html: async () => (await import("../report/html.ts")).renderHtml,
} as const satisfies Record<string, () => Promise<(report: Report, options: TextOptions) => string>>;

export type Format = keyof typeof RENDERERS;

/** The names of all formats. */
export const FORMATS = Object.keys(RENDERERS) as Format[];

/** A report as a text. `options` are for terminals, and for the format `text` only. */
export async function rendered(report: Report, format: Format, options: TextOptions): Promise<string> {
  const render: (report: Report, options: TextOptions) => string = await RENDERERS[format]();
  return render(report, options);
}
