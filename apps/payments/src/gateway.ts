/** Money in the currency's smallest unit: 1999 EUR are 19.99 €. */
export interface Charge {
  /** The gateway takes the money of one reference once, however often it is asked. */
  readonly reference: string;
  readonly amount: number;
  readonly currency: string;
}

export interface Receipt {
  readonly outcome: "paid" | "declined";
  /** Who took the money. `simulated`: nobody did. */
  readonly gateway: string;
}

/** Where money is taken. */
export interface PaymentGateway {
  readonly name: string;
  charge(charge: Charge): Promise<Receipt>;
}

/**
 * A SIMULATION of a payment provider: no money moves and nothing leaves the process. It decides by the amount alone,
 * so that tests and drills know the answer: an amount that ends in 13 is declined, every other is paid. Whoever reads
 * a payment sees `"gateway": "simulated"` on it.
 */
export class SimulatedGateway implements PaymentGateway {
  readonly name = "simulated";

  async charge({ amount }: Charge): Promise<Receipt> {
    return { outcome: amount % 100 === 13 ? "declined" : "paid", gateway: this.name };
  }
}
