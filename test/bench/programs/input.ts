/** What the bench hands to its programs. */
export function benchInput<Input>(): Input {
  return JSON.parse(process.env.BENCH_INPUT ?? "{}");
}
