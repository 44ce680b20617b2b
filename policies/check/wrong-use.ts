/** The check cannot begin: wrong settings, or nothing that could be read. The message is for the person who called. */
export class WrongUse extends Error {
  override readonly name = "WrongUse";
}
