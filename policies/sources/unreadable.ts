/** A text cannot be read as what it seems to be. The message is a sentence for people, without a value from the text. */
export class Unreadable extends Error {
  override readonly name = "Unreadable";
}
