import { complete } from "../../components/data/kafka/args.ts";
import { watched } from "../../components/data/kafka/monitoring.ts";
import { disk, type Series, STORE, type Tried } from "./alert-series.ts";

/** One metric of nodes of Kafka, by pod. */
const nodes = (metric: string, values: Readonly<Record<string, string>>): Series =>
  Object.fromEntries(
    Object.entries(values).map(([node, value]) => [`kafka_${metric}{namespace="data",pod="log-${node}"}`, value]),
  );
const controllers = (...active: string[]): Series =>
  nodes("controllers_active", Object.fromEntries(active.map((value, index) => [`controller-${index}`, value])));
const brokers = (metric: string, ...all: string[]): Series =>
  nodes(metric, Object.fromEntries(all.map((value, index) => [`broker-${index}`, value])));

export const KAFKA: Tried = {
  watched: watched("log", complete({ ...STORE, topics: {} })),
  told: {
    // None leads; or one takes over from another, and both have said for a minute that they lead.
    KafkaControllerNotOne: {
      fires: { ...controllers("0x60", "0x60"), ...brokers("partitions_led", "6x60") },
      silent: controllers("1x44 0x15", "0x43 1x16", "0x60"),
    },
    KafkaPartitionsOffline: {
      fires: nodes("partitions_offline", { "controller-0": "0x60", "controller-1": "3x60" }),
      silent: nodes("partitions_offline", { "controller-0": "0x60", "other-broker-0": "3x60" }),
    },
    KafkaUncleanElection: {
      fires: nodes("unclean_elections_total", { "controller-0": "0x60", "controller-1": "0x30 1x30" }),
      // One that was long ago, and a controller that comes and knows of it.
      silent: nodes("unclean_elections_total", { "controller-0": "2x60", "controller-1": "_x30 2x30" }),
    },
    KafkaBrokerMissing: {
      fires: brokers("partitions_led", "6x60", "6x60"),
      silent: brokers("partitions_led", "6x60", "0x60", "6x60"),
    },
    KafkaControllerMissing: { fires: controllers("1x60", "0x60"), silent: controllers("0x60", "1x60", "0x60") },
    KafkaWritesBlocked: {
      fires: brokers("partitions_under_min_isr", "0x60", "1x60"),
      silent: brokers("partitions_under_min_isr", "0x60", "0x60", "0x60"),
    },
    KafkaCopiesMissing: {
      fires: brokers("partitions_under_replicated", "4x60", "0x60"),
      silent: brokers("partitions_under_replicated", "0x37 4x8 0x60", "0x60"),
    },
    KafkaDiskFilling: { fires: disk("data-log-broker-0", 19), silent: disk("data-log-broker-0", 21) },
    KafkaDiskFull: { fires: disk("data-log-controller-2", 9), silent: disk("data-other-log-broker-0", 9) },
  },
};

/** Of it alone what differs. */
export const COMBINED_KAFKA: Tried = {
  watched: watched("log", complete({ ...STORE, topics: {}, controllers: "combined" })),
  told: {
    KafkaControllerNotOne: {
      fires: brokers("controllers_active", "1x60", "1x60", "0x60"),
      silent: brokers("controllers_active", "0x60", "1x60"),
    },
    KafkaBrokerMissing: { fires: {}, silent: brokers("partitions_led", "0x60", "0x60", "0x60") },
  },
};
