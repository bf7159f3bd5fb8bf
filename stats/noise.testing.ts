/** Noise for tests, from a seed. */

/** Uniform numbers from 0 up to 1, the same again from the same seed: Mulberry32 (public domain). */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Normal noise of standard deviation 1, each value correlated with the last by `correlation`. */
export function correlatedNoise(length: number, correlation: number, random: () => number): Float64Array {
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const noise = new Float64Array(length);
  let last = normal();
  for (let i = 0; i < length; i += 1) {
    last = correlation * last + Math.sqrt(1 - correlation * correlation) * normal();
    noise[i] = last;
  }
  return noise;
}
