/**
 * A token bucket for each key. Ours and not a plugin: it stands in the hottest path, where it costs a look-up and a subtraction,
 * makes no headers on the way, and can charge a batch for its lines.
 */
export interface Buckets {
  /** Takes `cost` from the key's bucket. 0: granted; else the ms after which to ask again. */
  take(key: string, nowMs: number, cost?: number): number;
  /** Charges for what was granted already; the bucket may run into debt. */
  charge(key: string, cost: number): void;
}

/** Buckets of `burst`, filled at `perSecond`. At most `keysMax` are kept: beyond that the oldest is forgotten, and is full when it returns. */
export function createBuckets(perSecond: number, burst: number, keysMax: number): Buckets {
  const buckets = new Map<string, { tokens: number; atMs: number }>();

  function bucketOf(key: string, nowMs: number): { tokens: number; atMs: number } {
    const known = buckets.get(key);
    if (known !== undefined) return known;
    if (buckets.size >= keysMax) buckets.delete(buckets.keys().next().value as string);
    const bucket = { tokens: burst, atMs: nowMs };
    buckets.set(key, bucket);
    return bucket;
  }

  return {
    take(key, nowMs, cost = 1) {
      const bucket = bucketOf(key, nowMs);
      const passedMs = Math.max(0, nowMs - bucket.atMs);
      bucket.tokens = Math.min(burst, bucket.tokens + (passedMs / 1000) * perSecond);
      bucket.atMs = nowMs;
      if (bucket.tokens < cost) return Math.ceil(((cost - bucket.tokens) / perSecond) * 1000);
      bucket.tokens -= cost;
      return 0;
    },
    charge(key, cost) {
      const bucket = buckets.get(key);
      if (bucket !== undefined) bucket.tokens -= cost;
    },
  };
}
