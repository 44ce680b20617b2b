import { kafkaTopicReplicated } from "./kafka-topic-replicated.ts";
import { postgresReplicated } from "./postgres-replicated.ts";
import { rabbitmqReplicated } from "./rabbitmq-replicated.ts";

export const DATA = [postgresReplicated, kafkaTopicReplicated, rabbitmqReplicated] as const;
