/** How often a plugin looks whether the process that started it is still there, in milliseconds. */
const PARENT_CHECK_INTERVAL = 1_000;

/**
 * Calls `end` once: on SIGINT, SIGTERM and SIGHUP, and when the process that started this one is gone. The engine sends
 * SIGINT when it is done, and kills what is still there five seconds later.
 */
export function endWithParent(end: () => void): void {
  const once = () => {
    clearInterval(watch);
    for (const signal of SIGNALS) process.off(signal, once);
    end();
  };
  const parent = process.ppid;
  // A process whose parent ended gets another one.
  const watch = setInterval(() => process.ppid !== parent && once(), PARENT_CHECK_INTERVAL).unref();
  for (const signal of SIGNALS) process.on(signal, once);
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
