/** A target that works until the run is under way: half a minute passes before it counts as gone. */
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { failedLoad } from './failed-load.testing.ts';
import { faultFolder, killAll, placeIn, startServe, type Serve } from './fault-run.testing.ts';

const folder = faultFolder();
afterEach(killAll);
afterAll(folder.remove);

describe('load against a target that', { timeout: 400_000 }, () => {
  it.each<[string, (serve: Serve) => void]>([
    ['dies half-way', (serve) => void serve.kill()],
    ['hangs half-way', (serve) => process.kill(serve.pid, 'SIGSTOP')],
  ])('%s', async (name, fault) => {
    const serve = await startServe(await placeIn(folder.path, `data ${name}`));
    let isDone = false;
    const { stderr, record } = await failedLoad(join(folder.path, name), serve.http, {
      seconds: 60,
      onProgress: (text) => {
        if (isDone || !/second \d+ of/.test(text)) return;
        isDone = true;
        fault(serve);
      },
    });
    expect(isDone).toBe(true);
    expect(stderr).toMatch(/gave no answer for \d+ s/);
    expect(record.load!.inputs['cad'].sent).toBeLessThan(record.load!.inputs['cad'].meant);
    expect(record.verdicts).toMatchObject({ duplicate: 0, misdelivered: 0, leaked: 0 });
  });
});
