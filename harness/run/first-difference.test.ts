/** Naming the first event at which two runs part, held against both runs' events written out side by side. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Scenario } from '../../contract/scenario.ts';
import { formatIso, HOUR_MS } from '../../contract/time.ts';
import { KIND } from '../../simulator/kernel/kinds.ts';
import { diffRuns } from '../records/diff.ts';
import { resolveScenario } from '../options/resolve.ts';
import { describeDifference } from './first-difference.ts';
import { runScenario } from './run.ts';
import type { Checkpoint, TracedEvent } from '../engine/shard-result.ts';
import { traceWindow } from '../engine/simulate.ts';

// Four checkpoints an agency hold the first alerts; 48 minutes follow the last one.
const SETS = ['durationDays=0.2'];
const base = resolveScenario('smoke', SETS, {});
const fewerCancels = resolveScenario('smoke', [...SETS, 'police.cancelShare=0.02'], {});

let folder: string;
let first: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hundredblock-difference-'));
  first = await run('first', base, 7);
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function run(name: string, scenario: Scenario, seed: number): Promise<string> {
  const { outDir } = await runScenario({ scenario, seed, workers: 1, command: 'test', outDir: join(folder, name) });
  return outDir;
}

async function checkpoints(dir: string): Promise<Checkpoint[]> {
  const text = await readFile(join(dir, 'checkpoints.jsonl'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Checkpoint);
}

const kindNames = new Map<number, string>(Object.entries(KIND).map(([name, kind]) => [kind, name]));
const eventText = (e: TracedEvent): string =>
  `${formatIso(e.timeMs, 0, true)} ${kindNames.get(e.kind)} entity ${e.entity} ordinal ${e.ordinal}`;

describe('describeDifference', () => {
  it('finds two runs of equal inputs the same', async () => {
    const again = await run('again', base, 7);
    expect(await describeDifference(first, again)).toEqual({
      same: true,
      lines: ['Same scenario, options and seed.', 'Same history hash.', 'All exact fields are equal.'],
    });
  });

  it.each([
    { name: 'another seed', scenario: base, seed: 8, path: '  seed: 7 | 8' },
    {
      name: 'one option changed',
      scenario: fewerCancels,
      seed: 7,
      path: '  scenario.options.police.cancelShare: 0.06 | 0.02',
    },
  ])('names agency, window and event for $name', async ({ scenario, seed, path }) => {
    const other = await run(`${seed} ${scenario.police.cancelShare}`, scenario, seed);
    const { same, lines } = await describeDifference(first, other);
    expect(same).toBe(false);
    expect(lines.slice(0, 2)).toEqual(['Different scenario, options or seed.', 'Different history hashes.']);
    expect(lines).toContain(path);

    // The window, by looking at every checkpoint of both runs.
    const [a, b] = [await checkpoints(first), await checkpoints(other)];
    expect(a.length).toBe(b.length);
    const parted = a
      .filter((c, i) => c.hash !== b[i].hash)
      .sort((x, y) => x.untilMs - y.untilMs || (x.agency < y.agency ? -1 : 1));
    const { agency, checkpoint, untilMs } = parted[0];
    const fromMs = untilMs - HOUR_MS;
    expect((await diffRuns(first, other)).firstDifference).toEqual({ agency, checkpoint, fromMs, untilMs });
    expect(lines).toContain(
      `First differing window: ${agency}, ${formatIso(fromMs)} to ${formatIso(untilMs)} (checkpoint ${checkpoint}).`,
    );

    // The event, by writing out both runs from the very start: hashes are taken before events, so the first that differ come after it.
    const whole = (s: Scenario, n: number): Promise<TracedEvent[]> =>
      traceWindow(s, n, agency, s.startMs, untilMs + HOUR_MS);
    const [x, y] = [await whole(base, 7), await whole(scenario, seed)];
    const at = x.findIndex((e, i) => y[i] === undefined || e.hash !== y[i].hash || eventText(e) !== eventText(y[i]));
    const sameEvent = eventText(x[at]) === eventText(y[at]);
    const index = sameEvent ? at - 1 : at;
    expect(x[index].timeMs).toBeGreaterThanOrEqual(fromMs);
    expect(x[index].timeMs).toBeLessThan(untilMs);
    const number = index - x.findIndex((e) => e.timeMs >= fromMs) + 1;
    const start = `First differing event: number ${number} of the window in ${agency}:`;
    const expected = sameEvent
      ? [`${start} ${eventText(x[index])}; the same event in both, with another outcome.`]
      : [start, `  A: ${eventText(x[index])}`, `  B: ${eventText(y[index])}`];
    expect(lines.slice(-expected.length)).toEqual(expected);
  });

  it('finds a difference that comes after the last checkpoint', async () => {
    // The feed ends at 04:19:12; checkpoints end at 04:00, the run at 04:48.
    const ended = await run('ended', resolveScenario('smoke', [...SETS, 'agencies.0.withdrawAfterDays=0.18'], {}), 7);
    expect(await checkpoints(ended)).toEqual(await checkpoints(first));
    const { same, lines } = await describeDifference(first, ended);
    expect(same).toBe(false);
    expect(lines.slice(-4, -2)).toEqual([
      'First differing window: pd-000, 2026-06-01T04:00:00Z to 2026-06-01T04:48:00Z (checkpoint 4).',
      expect.stringMatching(/^First differing event: number \d+ of the window in pd-000:$/),
    ]);
    expect(lines.at(-1)).toBe('  B: 2026-06-01T04:19:12.000Z outage entity 4294967295 ordinal 1');
  });

  it('says so if running again shows no difference, as after a change of the code', async () => {
    const old = join(folder, 'old');
    await cp(first, old, { recursive: true });
    const altered = (await checkpoints(old)).map((c) =>
      c.agency === 'pd-001' && c.checkpoint >= 2 ? { ...c, hash: 'feedfacefeedface' } : c,
    );
    await writeFile(join(old, 'checkpoints.jsonl'), altered.map((c) => `${JSON.stringify(c)}\n`).join(''));
    const { same, lines } = await describeDifference(first, old);
    expect(same).toBe(false);
    expect(lines.at(-2)).toMatch(/^First differing window: pd-001, .* \(checkpoint 2\)\.$/);
    expect(lines.at(-1)).toMatch(/^Run again, both give the same events in that window/);
  });

  it('refuses a directory that holds no run', async () => {
    await expect(describeDifference(first, join(folder, 'none'))).rejects.toMatchObject({ code: 'HB_RECORD_FILE' });
  });
});
