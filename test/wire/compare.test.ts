/** Real trials in turn: a slow-down that is in the code is found, and none where there is none. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { trialScenario, openTrialTrace, recordTrialTrace } from '../../harness/studies/compare/trial-trace.ts';
import { interleave, type Interleaved } from '../../harness/studies/compare/interleave.ts';
import { checkoutSide } from '../../harness/studies/compare/side.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Enough for an effect as large as this one: 2 in 2^7 for each of five measures is below the alpha of this test. */
const TRIALS = 7;
const LIMITS = { alpha: 0.1, minEffect: 0.25 };
/** Burnt on each request, by the wall, of which a busy machine leaves less: a trial has some three thousand, on which a target spends a millisecond each. */
const BURNT_MS = 3;

let folder = '';
let trace: Awaited<ReturnType<typeof openTrialTrace>>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hundredblock-slow-'));
  const dir = join(folder, 'trace');
  // Less than compare sends, so that even the slow build keeps up on a busy machine.
  await recordTrialTrace(trialScenario(null, ['load.speed=30'], 1), 1, dir);
  trace = await openTrialTrace(dir);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** This checkout, but for its HTTP server. */
function slowBuild(): string {
  const root = join(folder, 'slow');
  mkdirSync(join(root, 'bin'), { recursive: true });
  writeFileSync(join(root, 'package.json'), '{"type":"module"}');
  const real = pathToFileURL(join(ROOT, 'bin/hundredblock.js')).href;
  writeFileSync(
    join(root, 'bin/hundredblock.js'),
    `import { Server } from 'node:http';
const { emit } = Server.prototype;
Server.prototype.emit = function (event, ...args) {
  const untilMs = performance.now() + ${BURNT_MS};
  if (event === 'request') while (performance.now() < untilMs);
  return emit.call(this, event, ...args);
};
await import(${JSON.stringify(real)});
`,
  );
  return root;
}

function compare(candidate: string, trials: number): Promise<Interleaved> {
  const [a, b] = [checkoutSide('this build', ROOT), checkoutSide('the other', candidate)];
  return interleave({ ...trace, a, b, looks: [trials], limits: LIMITS, orderSeed: 1 });
}

describe('trials in turn', { timeout: 1_200_000 }, () => {
  it('find a slow-down that was planted in the code', async () => {
    const { comparison, trials } = await compare(slowBuild(), TRIALS);
    expect(trials).toHaveLength(2 * TRIALS);
    expect(comparison).toMatchObject({ answer: 'worse', paired: true, measuresCount: true });
    const cpu = comparison.measures.find(({ name }) => name === 'cpuMs')!;
    expect(cpu).toMatchObject({ answer: 'worse', cliffsDelta: expect.closeTo(1, 0) });
    expect(cpu.ratio).toBeGreaterThan(1.25);
  });

  it('find nothing exact, and no other cost, in the same build', async () => {
    const { comparison } = await compare(ROOT, 4);
    expect(comparison.exact.length).toBeGreaterThan(5);
    expect(comparison.exact.filter(({ ok }) => !ok)).toEqual([]);
    expect(comparison.answer).not.toBe('worse');
    expect(Math.abs(Math.log(comparison.measures.find(({ name }) => name === 'cpuMs')!.ratio))).toBeLessThan(
      Math.log(1.4),
    );
  });
});
