import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';

it('lets a worker thread start in a TypeScript module and import others', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hundredblock-worker-'));
  try {
    writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
    const contract = new URL('../contract/time.ts', import.meta.url).href;
    writeFileSync(
      join(folder, 'entry.ts'),
      `import { parentPort, workerData } from 'node:worker_threads';
       import { formatIso } from ${JSON.stringify(contract)};
       const moment: number = workerData.ms;
       parentPort!.postMessage(formatIso(moment) satisfies string);`,
    );
    const entry = pathToFileURL(join(folder, 'entry.ts')).href;
    // execArgv: the test runner's own loaders must not be what makes it work.
    const worker = new Worker(new URL('../bin/worker-bootstrap.js', import.meta.url), {
      workerData: { entry, ms: 0 },
      execArgv: [],
    });
    const message = await new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    await worker.terminate();
    expect(message).toBe('1970-01-01T00:00:00Z');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
