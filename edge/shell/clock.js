// The current time and timers, which the tests' entry can move.
export const clock = {
  now: () => Date.now(),
  /** Runs a function after so many milliseconds; returns what `clearTimeout` takes. */
  after: (ms, run) => setTimeout(run, ms),
};
