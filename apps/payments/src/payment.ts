import type { PaymentGateway, Receipt } from "./gateway.ts";
import type { OrderPlaced } from "./order-placed.ts";

export interface Payment extends Receipt {
  readonly orderId: string;
  readonly amount: number;
  readonly currency: string;
}

export interface StoredPayment {
  readonly payment: Payment;
  readonly published: boolean;
}

export interface PaymentStore {
  find(orderId: string): Promise<StoredPayment | undefined>;
  /** Keeps a payment unless the order has one, and gives back the one that the order has. */
  keepFirst(payment: Payment): Promise<StoredPayment>;
  markPublished(payment: Payment): Promise<void>;
}

/** Tells the rest of the shop of a payment. */
export type Publish = (payment: Payment) => Promise<void>;

/**
 * Takes the payment of an order, however often and from however many replicas the order comes. The order's id is the
 * reference at the gateway, which takes it once; the first answer that is kept is the one that stands; it is published
 * at least once.
 */
export async function payFor(
  order: OrderPlaced,
  gateway: PaymentGateway,
  store: PaymentStore,
  publish: Publish,
): Promise<Payment> {
  const { payment, published } = (await store.find(order.id)) ?? (await store.keepFirst(await charge(order, gateway)));
  if (!published) {
    await publish(payment);
    await store.markPublished(payment);
  }
  return payment;
}

async function charge({ id, total, currency }: OrderPlaced, gateway: PaymentGateway): Promise<Payment> {
  const receipt = await gateway.charge({ reference: id, amount: total, currency });
  return { orderId: id, amount: total, currency, ...receipt };
}
