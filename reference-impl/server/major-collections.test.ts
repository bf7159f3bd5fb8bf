import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { onMajorCollection } from './major-collections.ts';

/** Tests alone may force a collection. */
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

async function usedAfter(): Promise<number> {
  let used = NaN;
  const stop = onMajorCollection((usedBytes) => {
    used = usedBytes;
  });
  collect();
  for (let i = 0; i < 500 && Number.isNaN(used); i += 1) await new Promise((resolve) => setTimeout(resolve, 10));
  stop();
  return used;
}

it('tells what is held when garbage is gone', async () => {
  const MIB = 2 ** 20;
  const before = await usedAfter();
  expect(before).toBeGreaterThan(MIB);
  let held: unknown[] | null = Array.from({ length: 160 }, () => Array.from({ length: 8192 }, () => Math.random()));
  const during = await usedAfter();
  expect(during - before).toBeGreaterThan(9 * MIB);
  expect(held.length).toBe(160);
  held = null;
  expect((await usedAfter()) - before).toBeLessThan(3 * MIB);
});
