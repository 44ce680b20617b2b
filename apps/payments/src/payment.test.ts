import { describe, expect, it } from "vitest";
import { type Charge, SimulatedGateway } from "./gateway.ts";
import { type Payment, type PaymentStore, payFor, type StoredPayment } from "./payment.ts";

const ORDER = { id: "0192f0c1-7a3e-4f6b-8a50-3a4f2d9c1b77", currency: "EUR", total: 9998 };

class MemoryPayments implements PaymentStore {
  readonly stored = new Map<string, StoredPayment>();

  async find(orderId: string) {
    return this.stored.get(orderId);
  }

  async keepFirst(payment: Payment) {
    const stored = this.stored.get(payment.orderId) ?? { payment, published: false };
    this.stored.set(payment.orderId, stored);
    return stored;
  }

  async markPublished(payment: Payment) {
    this.stored.set(payment.orderId, { payment, published: true });
  }
}

class CountingGateway extends SimulatedGateway {
  readonly references: string[] = [];

  override async charge(charge: Charge) {
    this.references.push(charge.reference);
    return super.charge(charge);
  }
}

describe("the simulated gateway", () => {
  it("decides by the amount alone, and says that it is simulated", async () => {
    const gateway = new SimulatedGateway();
    const charge = { reference: "a", currency: "EUR" };
    expect(await gateway.charge({ ...charge, amount: 1999 })).toEqual({ outcome: "paid", gateway: "simulated" });
    expect(await gateway.charge({ ...charge, amount: 2013 })).toEqual({ outcome: "declined", gateway: "simulated" });
  });
});

describe("a payment", () => {
  it("is taken under the order's id, kept, then published", async () => {
    const [gateway, store, published] = [new CountingGateway(), new MemoryPayments(), [] as Payment[]];
    const payment = await payFor(ORDER, gateway, store, async (each) => void published.push(each));
    expect(payment).toEqual({
      orderId: ORDER.id,
      amount: 9998,
      currency: "EUR",
      outcome: "paid",
      gateway: "simulated",
    });
    expect(gateway.references).toEqual([ORDER.id]);
    expect(published).toEqual([payment]);
    expect(store.stored.get(ORDER.id)).toEqual({ payment, published: true });
  });

  it("is neither taken nor published again when the order comes again", async () => {
    const [gateway, store, published] = [new CountingGateway(), new MemoryPayments(), [] as Payment[]];
    const publish = async (each: Payment) => void published.push(each);
    await payFor(ORDER, gateway, store, publish);
    await payFor(ORDER, gateway, store, publish);
    expect(gateway.references).toHaveLength(1);
    expect(published).toHaveLength(1);
  });

  it("is published by the next try when the first could not publish, without being taken again", async () => {
    const [gateway, store, published] = [new CountingGateway(), new MemoryPayments(), [] as Payment[]];
    await expect(
      payFor(ORDER, gateway, store, async () => {
        throw new Error("no broker");
      }),
    ).rejects.toThrow("no broker");
    await payFor(ORDER, gateway, store, async (each) => void published.push(each));
    expect(gateway.references).toHaveLength(1);
    expect(published).toHaveLength(1);
  });

  it("is the one that was kept first when two replicas took it", async () => {
    const store = new MemoryPayments();
    const first = {
      orderId: ORDER.id,
      amount: 9998,
      currency: "EUR",
      outcome: "declined",
      gateway: "simulated",
    } as const;
    store.find = async () => undefined;
    store.stored.set(ORDER.id, { payment: first, published: true });
    const published: Payment[] = [];
    expect(await payFor(ORDER, new SimulatedGateway(), store, async (each) => void published.push(each))).toEqual(
      first,
    );
    expect(published).toEqual([]);
  });
});
