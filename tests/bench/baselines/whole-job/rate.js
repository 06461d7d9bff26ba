// A token bucket per key, filled at a fixed rate per second.

export class Buckets {
  #rate;
  #policy;
  #buckets = new Map();

  constructor(rate) {
    this.#rate = rate;
    this.#policy = `"key";q=${rate};w=1`;
  }

  /** Takes one call from the bucket, if calls are limited at all. */
  take(key, now) {
    if (this.#rate === 0) return undefined;
    let bucket = this.#buckets.get(key);
    if (!bucket) {
      bucket = { left: this.#rate, at: now };
      this.#buckets.set(key, bucket);
    }
    bucket.left = Math.min(this.#rate, bucket.left + ((now - bucket.at) * this.#rate) / 1000);
    bucket.at = now;
    if (bucket.left < 1) return { refused: true };
    bucket.left -= 1;
    return { policy: this.#policy, remaining: `"key";r=${Math.floor(bucket.left)};t=1` };
  }
}
