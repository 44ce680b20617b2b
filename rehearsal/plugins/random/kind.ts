import type { CheckFailure, PropertyMap, PropertyValue } from "../rpc/index.ts";

/** One input of a resource. */
export interface Input {
  readonly type: "boolean" | "integer" | "string" | "strings" | "keepers";
  readonly required?: true;
  /** Taken when the program gives none. */
  readonly default?: PropertyValue;
  /** The least value of an integer. */
  readonly least?: number;
}

/** What has been drawn. Inputs need not be repeated. */
interface Drawn {
  /** Kept in clear in the state: never a secret. */
  readonly id: string;
  readonly outputs: PropertyMap;
}

/** What an id says about a resource that was drawn elsewhere. */
export interface Imported extends Drawn {
  /** The inputs that would have drawn it. */
  readonly inputs: PropertyMap;
}

/** A kind of resource: what it takes, and how it is drawn. */
export interface Kind {
  readonly inputs: Readonly<Record<string, Input>>;
  /** Names of what is drawn. */
  readonly outputs: readonly string[];
  /** Those of `outputs` that are secret. */
  readonly secret?: readonly string[];
  /** Inputs whose text becomes part of the id. */
  readonly inId?: readonly string[];
  /** Adds what follows from other inputs. `inputs` have their defaults; some may still be unknown. */
  complete?(inputs: PropertyMap, given: PropertyMap): PropertyMap;
  /** What is wrong with inputs taken together. They have their defaults, and all are known. */
  check?(inputs: PropertyMap): CheckFailure[];
  /** Draws. The inputs have their defaults, are known, right, and without secret marks. */
  draw(inputs: PropertyMap): Drawn | Promise<Drawn>;
  /**
   * Reads an id given to `pulumi import`; left out where there is nothing that an id could say.
   * @throws when the id is not of the right form; the message gives the form.
   */
  import?(id: string): Imported | Promise<Imported>;
}

/** Values that change nothing but force a new draw when they change. */
export const KEEPERS: Input = { type: "keepers" };
