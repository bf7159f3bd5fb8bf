import { expect, it } from 'vitest';
import { hashTexts } from './hash.ts';
import { SeenIds } from './seen.ts';

it('knows the last ids, however many came before, and forgets those not heard of for longest', () => {
  const seen = new SeenIds(100);
  for (let id = 0; id < 1000; id++) {
    seen.set(id, { content: id * 2, mark: 1, file: 0 });
    // Heard of again and again, so never forgotten.
    if (id >= 7) seen.set(7, { content: id, mark: 3, file: 2 });
    expect(seen.size).toBeLessThanOrEqual(200);
  }
  expect(seen.get(7)).toEqual({ content: 999, mark: 3, file: 2 });
  for (let id = 901; id < 1000; id++) expect(seen.get(id)).toEqual({ content: id * 2, mark: 1, file: 0 });
  expect(seen.get(700)).toBeNull();
});

it('hashes many different texts differently, and minds where one ends', () => {
  const hashes = new Set<number>();
  for (let i = 0; i < 300_000; i++) hashes.add(hashTexts(['id', String(i)]));
  expect(hashes.size).toBe(300_000);
  expect(hashTexts(['ab', 'c'])).not.toBe(hashTexts(['a', 'bc']));
  expect(hashTexts(['a'])).not.toBe(hashTexts(['a', '']));
  for (const h of hashes) if (!Number.isSafeInteger(h) || h < 0) throw new Error(`not a 53-bit count: ${h}`);
});
