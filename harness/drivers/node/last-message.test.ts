import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const PROGRAM = fileURLToPath(new URL('./last-message.testing.ts', import.meta.url));

function lengthHeard(): Promise<number | null> {
  const child = fork(PROGRAM, [], { execArgv: ['--import', import.meta.resolve('tsx')], serialization: 'advanced' });
  let length: number | null = null;
  child.on('message', ({ seconds }: { seconds: unknown[] }) => {
    length = seconds.length;
  });
  return new Promise((resolve) => child.once('close', () => resolve(length)));
}

it('is heard whole, however long', async () => {
  const all = await Promise.all(Array.from({ length: 4 }, lengthHeard));
  expect(all).toEqual([20_000, 20_000, 20_000, 20_000]);
});
