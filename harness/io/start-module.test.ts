import { once } from 'node:events';
import { expect, it } from 'vitest';
import { startProcess, startThread } from './start-module.ts';

const ECHO = 'harness/io/echo.testing.ts';

it('starts a TypeScript module that imports others in a thread', async () => {
  // execArgv: the test runner's own loaders must not be what makes it work.
  const worker = startThread(ECHO, { workerData: { ms: 0 }, execArgv: [] });
  const [message] = await once(worker, 'message');
  await worker.terminate();
  expect(message).toBe('1970-01-01T00:00:00Z');
});

it('starts the same module in a process, which finds its arguments where those of any program are', async () => {
  const child = startProcess(ECHO, { args: ['86400000'] });
  const [message] = await once(child, 'message');
  child.kill();
  expect(message).toBe('1970-01-02T00:00:00Z');
});
