import { z } from "zod";
import { type Finding, type Scan, type Severity, severityOf, UnreadableScan } from "./finding.ts";

/** Where SonarQube answers, and as whom it is asked. */
interface SonarQubeAt {
  readonly url: URL;
  readonly token: string;
}

const PAGE = 500;
/** More issues SonarQube does not list. */
const MOST_ISSUES = 10_000;
const TIMEOUT_MS = 30_000;

const statusSchema = z.object({
  projectStatus: z.object({
    status: z.string(),
    conditions: z
      .array(
        z.object({
          status: z.string(),
          metricKey: z.string(),
          comparator: z.string().optional(),
          errorThreshold: z.string().optional(),
          actualValue: z.string().optional(),
        }),
      )
      .optional(),
  }),
});
const analysesSchema = z.object({ analyses: z.array(z.object({ date: z.string() })) });
const issuesSchema = z.object({
  paging: z.object({ total: z.number() }),
  issues: z.array(
    z.object({
      rule: z.string(),
      component: z.string(),
      line: z.number().optional(),
      message: z.string(),
      severity: z.string().optional(),
      impacts: z.array(z.object({ softwareQuality: z.string(), severity: z.string() })).optional(),
    }),
  ),
});

/**
 * The quality gate of a project, and its open issues of security. A gate that fails is critical: a team has set it as the line not to be
 * crossed. Throws {@link UnreadableScan} where SonarQube does not answer so, or has not analysed the project; never with the token.
 */
export async function readSonarQube(at: SonarQubeAt, project: string, signal?: AbortSignal): Promise<Scan> {
  const key = encodeURIComponent(project);
  const ask = <T>(path: string, schema: z.ZodType<T>) => answer(at, path, schema, signal);
  const { projectStatus } = await ask(`api/qualitygates/project_status?projectKey=${key}`, statusSchema);
  if (projectStatus.status === "NONE")
    throw new UnreadableScan(`SonarQube has no quality gate of ${project}: it was never analysed, or has none`);
  const { analyses } = await ask(`api/project_analyses/search?project=${key}&ps=1`, analysesSchema);
  const search = `api/issues/search?componentKeys=${key}&impactSoftwareQualities=SECURITY&issueStatuses=OPEN,CONFIRMED&ps=${PAGE}`;
  const issues: z.infer<typeof issuesSchema>["issues"] = [];
  for (let page = 1; ; page++) {
    const { paging, issues: more } = await ask(`${search}&p=${page}`, issuesSchema);
    if (paging.total > MOST_ISSUES)
      throw new UnreadableScan(`SonarQube has ${paging.total} issues of ${project}, and lists ${MOST_ISSUES} at most`);
    issues.push(...more);
    if (issues.length >= paging.total || more.length === 0) break;
  }
  const conditions = (projectStatus.conditions ?? []).filter(({ status }) => status === "ERROR");
  const gate: Finding[] = conditions.map(({ metricKey, comparator, errorThreshold, actualValue }) => ({
    ...OF_GATE,
    component: metricKey,
    where: project,
    title: `${metricKey} is ${actualValue ?? "not known"}; the gate fails ${comparator === "LT" ? "below" : "above"} ${errorThreshold ?? "what it allows"}`,
  }));
  const failed =
    projectStatus.status === "OK" || gate.length > 0
      ? gate
      : [{ ...OF_GATE, component: "status", where: project, title: `the gate is ${projectStatus.status}` }];
  const when = Date.parse(analyses[0]?.date ?? "");
  return {
    tool: "sonarqube",
    subject: project,
    ...(!Number.isNaN(when) && { at: new Date(when) }),
    findings: [
      ...failed,
      ...issues.map(
        (issue): Finding => ({
          tool: "sonarqube",
          kind: "code",
          component: issue.component.slice(issue.component.startsWith(`${project}:`) ? project.length + 1 : 0),
          id: issue.rule,
          severity: severityOfIssue(issue),
          fixedIn: [],
          where: project,
          ...(issue.line !== undefined && { line: issue.line }),
          title: issue.message,
        }),
      ),
    ],
  };
}

const OF_GATE = { tool: "sonarqube", kind: "gate", id: "quality-gate", severity: "critical", fixedIn: [] } as const;

/** Its own words, old and new: the older ones rank from BLOCKER over CRITICAL to INFO. */
const WORDS: Readonly<Record<string, Severity>> = {
  BLOCKER: "critical",
  CRITICAL: "high",
  MAJOR: "medium",
  MINOR: "low",
  INFO: "low",
};

function severityOfIssue({ severity, impacts = [] }: z.infer<typeof issuesSchema>["issues"][number]): Severity {
  const word = impacts.find(({ softwareQuality }) => softwareQuality === "SECURITY")?.severity ?? severity ?? "";
  return WORDS[word] ?? severityOf(word);
}

/** A redirect is not followed: the token would go wherever it leads. */
async function answer<T>(
  { url, token }: SonarQubeAt,
  path: string,
  schema: z.ZodType<T>,
  signal?: AbortSignal,
): Promise<T> {
  const address = new URL(path, url.href.endsWith("/") ? url : `${url.href}/`);
  const asked = `SonarQube at ${url.origin}, asked for ${address.pathname}`;
  const ends = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(address, {
    redirect: "manual",
    headers: { authorization: `Bearer ${token}`, accept: "application/json" },
    signal: signal ? AbortSignal.any([signal, ends]) : ends,
  }).catch((error: Error) => {
    if (signal?.aborted) throw error;
    const { cause } = error;
    throw new UnreadableScan(`${asked}, does not answer: ${cause instanceof Error ? cause.message : error.message}`);
  });
  if (response.status !== 200)
    throw new UnreadableScan(`${asked}, answers ${response.status}: ${MEANS[response.status] ?? "it should be 200"}`);
  const given = schema.safeParse(await response.json().catch(() => undefined));
  if (given.success) return given.data;
  throw new UnreadableScan(
    `${asked}, answers in another form: ${given.error.issues[0]?.path.join(".")}: ${given.error.issues[0]?.message}`,
  );
}

const MEANS: Readonly<Record<number, string>> = {
  401: "the token is not valid",
  403: "whose token it is may not browse the project",
  404: "there is no such project, or whose token it is may not see it",
};
