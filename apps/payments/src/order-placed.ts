import { z } from "zod";

/** What this service reads of a message on the topic of orders. Fields that it does not know are no concern of its own. */
export const orderPlaced = z.object({
  id: z.uuid(),
  currency: z.string().length(3),
  total: z.int().min(0),
});

export type OrderPlaced = z.infer<typeof orderPlaced>;
