import { embedded } from "../../core/embedded.ts";
import type { Field } from "../../core/field.ts";
import { defineRule, type Violation, violation } from "../../core/rule.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown, someKnown } from "../../core/unknown.ts";

const PARTS = ["receivers", "processors", "exporters"] as const;
/** Exporters that write to the collector's own log, or nowhere. */
const NOWHERE = /^(?:debug|logging|nop)(?:\/|$)/;

export const collectorPipelineSound = defineRule({
  id: "collector-pipeline-sound",
  section: "observability",
  title:
    "Every pipeline of an OpenTelemetry collector names parts that exist, bounds its memory, and sends its data somewhere",
  severity: "medium",
  why: "a collector does not start with a part that is not there, dies of its memory under load, and loses what it only prints",
  fix: "name the part under receivers, processors or exporters; add memory_limiter to processors, first in each pipeline",
  frameworks: ["SOC2:CC7.2"],
  scope: "resource",
  exemptable: true,
  params: {
    memoryLimiter: {
      type: "boolean",
      default: true,
      description: "Ask that each pipeline begins with a memory_limiter.",
    },
  },
  subjects: isCollector,
  *check(object, { memoryLimiter }) {
    yield* eachKnown(configsOf(object), (config) => wrongIn(config, memoryLimiter));
  },
});

function* wrongIn(config: Field, memoryLimiter: boolean): Generator<Violation> {
  yield* eachKnown(config.at("service", "pipelines").entries(), function* ([name, pipeline]) {
    for (const part of PARTS) yield* undefinedIn(config, pipeline, part);
    const exporters = pipeline.at("exporters").items();
    if (!someKnown(exporters, (exporter) => !NOWHERE.test(exporter.text() ?? "debug")))
      yield {
        path: pipeline.at("exporters").path,
        given: exporters.length === 0 ? "empty" : "only printed",
        wanted: "an exporter that sends it somewhere",
        fix: `exporters: [otlp] in the pipeline ${name}`,
      };
    const first = pipeline.at("processors").items()[0];
    if (!memoryLimiter || /^memory_limiter(?:\/|$)/.test(first?.text() ?? "")) return;
    const given = first === undefined ? "not set" : `with ${first.shown()} first`;
    const fix =
      "processors: [memory_limiter, ...], and processors.memory_limiter: { check_interval: 1s, limit_percentage: 80 }";
    yield { path: pipeline.at("processors").path, given, wanted: "memory_limiter first", fix };
  });
}

/** A connector is an exporter of one pipeline and a receiver of another. */
function undefinedIn(config: Field, pipeline: Field, part: (typeof PARTS)[number]): Iterable<Violation> {
  const places = part === "processors" ? [part] : [part, "connectors"];
  const known = new Set(
    places.flatMap((place) =>
      config
        .at(place)
        .entries()
        .map(([key]) => key),
    ),
  );
  return eachKnown(pipeline.at(part).items(), function* (one) {
    const name = one.text() ?? "";
    if (known.has(name)) return;
    yield violation(one, `one of: ${[...known].join(", ") || "none is declared"}`, { fix: `${part}: { ${name}: {} }` });
  });
}

function isCollector(object: StackObject): boolean {
  if (object.group === "opentelemetry.io") return object.kind === "OpenTelemetryCollector";
  if (object.group !== "" || object.kind !== "ConfigMap") return false;
  return someKnown(object.root.at("data").entries(), ([key, text]) => isConfig(key, text));
}

function configsOf(object: StackObject): Field[] {
  const { root, kind } = object;
  if (kind === "OpenTelemetryCollector") {
    const spec = root.at("spec");
    return [typeof spec.at("config").value === "string" ? embedded(spec, "config") : spec.at("config")];
  }
  const data = root.at("data");
  const files = data.entries().filter(([key, text]) => isConfig(key, text));
  return files.map(([key]) => embedded(data, key));
}

/** By what it says, not by whether it can be read: a file that is broken must be told of. */
function isConfig(key: string, field: Field): boolean {
  if (!/\.(?:ya?ml|json)$|^relay$/.test(key)) return false;
  const text = field.text() ?? "";
  const says = (word: string) => new RegExp(`^[ \\t{]*"?${word}"?\\s*:`, "m").test(text);
  return says("exporters") && says("service") && /\bpipelines"?\s*:/.test(text);
}
