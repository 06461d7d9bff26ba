// The current time, which the tests' entry can move.
export const clock = { now: () => Date.now() };
