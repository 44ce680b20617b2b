/** A registry did not give what it was asked for. The message is for people, and names no credentials. */
export class RegistryError extends Error {
  override readonly name = "RegistryError";
}
