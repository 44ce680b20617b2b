// A client of a topic as the shop's services are, by their own chassis, with settings under ORDERS_TOPIC:
//   producer  twenty numbered records a second, on a dozen keys in turn, and what became of each: time, number, outcome; SIGTERM
//             ends that, and the process lives on
//   consumer  as a member of the group, and when each came: time, number, `consumed`
import { TopicConsumer } from "@plumbline-shop/chassis/consumer";
import { readTopicSettings } from "@plumbline-shop/chassis/kafka";
import { TopicProducer } from "@plumbline-shop/chassis/producer";
import { Settings } from "@plumbline-shop/chassis/settings";
import { z } from "zod";

const ROLE = process.argv[2];
const EVERY_MS = 50;
const KEYS = 12;

const settings = new Settings(process.env);
const topic = readTopicSettings(settings, "ORDERS_TOPIC", ROLE);
settings.refuseProblems();
const say = (number, outcome) => console.log(Date.now(), number, outcome);

if (ROLE === "producer") {
  const producer = new TopicProducer(ROLE, topic);
  let number = 0;
  const timer = setInterval(() => {
    const record = { number: ++number };
    producer.send(`key-${number % KEYS}`, record).then(
      () => say(record.number, "acknowledged"),
      (error) => say(record.number, `failed: ${error.message.replaceAll(/\s+/g, " ")}`),
    );
  }, EVERY_MS);
  process.on("SIGTERM", () => clearInterval(timer));
} else {
  const log = { warn: (what) => console.log(Date.now(), JSON.stringify(what)), error: console.error };
  const tools = { log, metrics: { message: () => undefined } };
  const handle = async ({ number }) => say(number, "consumed");
  new TopicConsumer(ROLE, topic, z.object({ number: z.int() }), handle, tools).start();
}
