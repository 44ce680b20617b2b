import type { Problem } from "../../core/invalid.ts";

/** How each service calls its machines: `db.r8g.large`. Which of them a region has, only AWS knows. */
const FORMS = {
  db: { form: /^db\.(t[3-4]g?|[rmx]\d[a-z]*)\.(micro|small|medium|large|\d*xlarge)$/, example: "db.r8g.large" },
  cache: {
    form: /^cache\.(t[2-4]g?|[rmc]\d[a-z]*)\.(micro|small|medium|large|\d*xlarge)$/,
    example: "cache.r7g.large",
  },
  kafka: { form: /^(kafka\.[mt]\d[a-z]*|express\.m7g)\.(small|large|\d*xlarge)$/, example: "kafka.m7g.large" },
  mq: { form: /^mq\.m7g\.(medium|large|\d*xlarge)$/, example: "mq.m7g.large" },
} as const;

/** A problem if a text names no machine of a service. */
export function instanceClassProblems(field: string, given: string, service: keyof typeof FORMS): Problem[] {
  const { form, example } = FORMS[service];
  return form.test(given) ? [] : [{ field, given, allowed: `a class of machines such as "${example}"` }];
}
