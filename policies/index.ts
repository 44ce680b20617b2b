export { ENVIRONMENTS } from "./config/environments.ts";
export {
  type Level,
  levelOf,
  type PackConfig,
  packConfig,
  packConfigProblems,
  type Settings,
} from "./config/settings.ts";
export { type EvaluateOptions, evaluate, type Finding } from "./core/evaluate.ts";
export { type Exemption, exemptionProblems } from "./core/exemption.ts";
export { readExemptions } from "./core/exemption-file.ts";
export { unknownText, violationText } from "./core/message.ts";
export { fromManifest, type Resource } from "./core/resource.ts";
export type { Rule, Section, Severity, Violation } from "./core/rule.ts";
export { UNKNOWN } from "./core/unknown.ts";
export { EXEMPTIONS } from "./exemptions.ts";
export { reportedExemptions } from "./report/exemptions.ts";
export { renderHtml } from "./report/html.ts";
export { renderJson } from "./report/json.ts";
export { renderJunit } from "./report/junit.ts";
export { renderMarkdown } from "./report/markdown.ts";
export type { Report, ReportedExemption, ReportLine } from "./report/report.ts";
export { renderSarif } from "./report/sarif.ts";
export { holds } from "./report/standing.ts";
export { renderText, type TextOptions } from "./report/text.ts";
export { RULES } from "./rules/index.ts";
