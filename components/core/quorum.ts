/**
 * Whether this many members can agree by majority: fewer than three cannot outlive the loss of one, an even number gains
 * nothing, and more than seven only make every decision slower.
 */
export function isQuorum(members: number): boolean {
  return [3, 5, 7].includes(members);
}
