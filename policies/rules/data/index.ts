import { kafkaTopicReplicated } from "./kafka-topic-replicated.ts";
import { postgresReplicated } from "./postgres-replicated.ts";
import { rabbitmqReplicated } from "./rabbitmq-replicated.ts";
import { redisReplicated } from "./redis-replicated.ts";

export const DATA = [postgresReplicated, redisReplicated, kafkaTopicReplicated, rabbitmqReplicated] as const;
