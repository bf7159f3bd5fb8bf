import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunRecord } from '../../../contract/record/run-record.ts';
import { fixtureLoadRun, fixtureRun } from '../../report/fixture.testing.ts';
import { baselineOf } from './baseline.ts';
import { compareSides, type Comparison } from './comparison.ts';
import { optionsSha256 } from './trial-trace.ts';
import { readMembers } from './members.ts';
import { TRIALS_SCHEMA, writeTrials, type Trial, type TrialsHead } from './trials.ts';
import { DEFAULT_LIMITS } from './verdict.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hundredblock-comparison-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const VIRTUAL = fixtureRun({ agencies: 2, days: 1, alertsPerAgency: 3 }).record;
const WIRE = fixtureLoadRun().record;

let files = 0;
function stored(record: unknown, name = `record-${(files += 1)}.json`): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(record));
  return path;
}

function compare(a: string[], b: string[]): Comparison {
  const side = (which: 'a' | 'b', paths: string[]) => ({
    label: paths.join(' '),
    members: paths.flatMap((path) => readMembers(path, which)),
  });
  return compareSides(side('a', a), side('b', b), DEFAULT_LIMITS);
}

function changed(record: RunRecord, change: (copy: RunRecord) => void): RunRecord {
  const copy = structuredClone(record);
  change(copy);
  return copy;
}

describe('records in virtual time', () => {
  it('are the same if every exact field is, however long the runs took', () => {
    const other = changed(VIRTUAL, (r) => {
      r.wallMs *= 3;
      r.id = 'another';
    });
    const comparison = compare([stored(VIRTUAL)], [stored(other)]);
    expect(comparison).toMatchObject({ answer: 'same', kind: 'virtual', measuresCount: false });
    expect(comparison.exact.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['historyHash', 'verdicts', 'counts', 'police']),
    );
    expect(comparison.measures[0]).toMatchObject({ name: 'wallMs', ratio: expect.closeTo(3, 6) });
  });

  it.each<[string, (r: RunRecord) => void, string]>([
    ['history hash', (r) => (r.historyHash = 'ff'.repeat(32)), 'historyHash'],
    ['verdict', (r) => (r.verdicts.lost += 1), 'verdicts'],
    ['count', (r) => (r.counts.alerts += 1), 'counts'],
    ['agency', (r) => (r.agencies[1].events += 1), 'agencies'],
  ])('are worse if a %s differs in any of several records', (_, change, field) => {
    const comparison = compare([stored(VIRTUAL)], [stored(VIRTUAL), stored(changed(VIRTUAL, change))]);
    expect(comparison.answer).toBe('worse');
    expect(comparison.exact.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual([field]);
    expect(comparison.exact.find(({ ok }) => !ok)!.detail).toMatch(/: expected .+, found .+/);
  });

  it('are worse if enough of them are slower', () => {
    const runs = (factor: number) =>
      Array.from({ length: 8 }, (_, i) => stored(changed(VIRTUAL, (r) => (r.wallMs = factor * (5000 + 10 * i)))));
    expect(compare(runs(1), runs(1.3)).answer).toBe('worse');
    expect(compare(runs(1), runs(1.01)).answer).toBe('same');
  });

  it('are shown, and decide nothing, if they were made on another machine', () => {
    const runs = (factor: number, cpus: number) =>
      Array.from({ length: 8 }, (_, i) =>
        stored(
          changed(VIRTUAL, (r) => {
            r.wallMs = factor * (5000 + 10 * i);
            r.host.cpus = cpus;
          }),
        ),
      );
    const comparison = compare(runs(1, 2), runs(1.3, 64));
    expect(comparison).toMatchObject({ answer: 'same', measuresCount: false });
    expect(comparison.measures[0].answer).toBe('worse');
    expect(comparison.notes[0]).toMatch(/different machines.*64 processors/);
  });

  it('are read from a committed baseline, a run directory and a folder of them', () => {
    const baseline = stored(baselineOf(VIRTUAL, 'because'));
    const runs = join(folder, 'runs');
    for (const name of ['one', 'two']) {
      mkdirSync(join(runs, name), { recursive: true });
      stored(VIRTUAL, join('runs', name, 'run.json'));
    }
    expect(compare([baseline], [join(runs, 'one')])).toMatchObject({ answer: 'same', b: { trials: 1 } });
    expect(compare([baseline], [runs])).toMatchObject({ answer: 'same', b: { trials: 2 } });
  });
});

describe('records that can not be compared', () => {
  it.each<[string, RunRecord, RegExp]>([
    [
      'another scenario',
      changed(VIRTUAL, (r) => (r.scenario.name = 'metro')),
      /expected scenario city, .*found metro$/,
    ],
    ['another seed', changed(VIRTUAL, (r) => (r.seed += 1)), /expected seed \d+, .*found \d+$/],
    [
      'other options',
      changed(VIRTUAL, (r) => (r.scenario.options = { ...(r.scenario.options as object), durationDays: 99 })),
      /expected the options of .*found durationDays 99 instead of /,
    ],
    ['a partial run', changed(VIRTUAL, (r) => (r.partial = true)), /expected a run that went to its end/],
    ['the other clock', WIRE, /expected a run in virtual time, .*found a run on the wire$/],
    ['a closed loop', changed(WIRE, (r) => (r.load!.closedLoop = true)), /expected an open loop/],
  ])('%s is refused in one line', (_, other, message) => {
    const attempt = () => compare([stored(VIRTUAL)], [stored(other)]);
    expect(attempt).toThrow(expect.objectContaining({ code: 'HB_BASELINE', exitCode: 3 }));
    expect(attempt).toThrow(message);
  });

  it.each([
    ['a file that is not there', 'nowhere.json', /found none/],
    ['a folder without runs', '.', /expected run\.json/],
  ])('%s is refused', (_, path, message) => {
    expect(() => readMembers(join(folder, path), 'a')).toThrow(message);
  });

  it('a file that holds no record is refused', () => {
    expect(() => readMembers(stored({ schema: 'other/1.0' }), 'a')).toThrow(/expected a run record of schema/);
    expect(() => readMembers(stored({ schema: 'hundredblock.baseline/1.0' }), 'a')).toThrow(/expected a run record/);
  });
});

describe('records on the wire', () => {
  it('may differ within tolerance, but not in violations', () => {
    const withinTolerance = changed(WIRE, (r) => {
      r.counts.deliveries -= 1;
      r.verdicts.delivered -= 1;
      r.verdicts.late += 1;
    });
    expect(compare([stored(WIRE)], [stored(withinTolerance)]).answer).toBe('same');
    const lost = changed(WIRE, (r) => (r.verdicts.lost += 1));
    const comparison = compare([stored(WIRE)], [stored(lost)]);
    expect(comparison.answer).toBe('worse');
    expect(comparison.exact.filter(({ ok }) => !ok)).toEqual([
      { name: 'lost', ok: false, detail: expect.stringMatching(/^expected at most \d+ in a trial, found \d+$/) },
    ]);
    // The other way round it is no regression.
    expect(compare([stored(lost)], [stored(WIRE)]).answer).toBe('same');
  });

  it('must be of the same world', () => {
    const other = changed(WIRE, (r) => (r.historyHash = '00'.repeat(32)));
    expect(compare([stored(WIRE)], [stored(other)]).answer).toBe('worse');
  });

  it('are shown, and decide nothing, if another driver sent them', () => {
    const other = changed(WIRE, (r) => (r.load!.driver = 'k6 2.2.0'));
    expect(compare([stored(WIRE)], [stored(other)]).notes.join()).toMatch(/Driven by .* and by k6/);
  });
});

const HEAD: TrialsHead = {
  schema: TRIALS_SCHEMA,
  scenario: 'rush',
  seed: 1,
  optionsSha256: optionsSha256({}),
  traceSha256: 'ab'.repeat(32),
  code: VIRTUAL.code,
  host: VIRTUAL.host,
};

function trial(side: 'a' | 'b', block: number, factor: number): Trial {
  return {
    side,
    block,
    startedAt: '2026-01-01T00:00:00Z',
    load1: 1,
    lagP99Ms: 1,
    bottleneck: 'neither',
    // The machine is five times slower in every third block: only a comparison in pairs sees a change through that.
    figures: { acceptP50Ms: factor * (block % 3 === 0 ? 10 : 2) * (1 + block / 500) },
    violations: { lost: 0 },
  };
}

function pool(name: string, factor: number, head = HEAD): string {
  const path = join(folder, `${name}.jsonl`);
  const blocks = Array.from({ length: 12 }, (_, i) => i);
  writeTrials(path, { head, trials: blocks.flatMap((i) => [trial('a', i, 1), trial('b', i, factor)]) });
  return path;
}

describe('trials', () => {
  it('of one file are compared in pairs, so that drift of the machine hides nothing', () => {
    const path = pool('pairs', 1.3);
    expect(compare([path], [path])).toMatchObject({ answer: 'worse', paired: true, a: { trials: 12 } });
    expect(compare([path], [pool('others', 1.3)])).toMatchObject({ answer: 'unclear', paired: false });
  });

  it('of another trace are refused, and so is a broken line', () => {
    const other = pool('another-trace', 1, { ...HEAD, traceSha256: 'cd'.repeat(32) });
    expect(() => compare([pool('this-trace', 1)], [other])).toThrow(/expected the trace abab.*found cdcd/);
    const broken = join(folder, 'broken.jsonl');
    writeFileSync(broken, `${JSON.stringify(HEAD)}\n{"side":"c"}\n`);
    expect(() => readMembers(broken, 'a')).toThrow(/line 2/);
    writeFileSync(broken, `${JSON.stringify(HEAD)}\n{"side\n`);
    expect(() => readMembers(broken, 'a')).toThrow(/expected JSON on line 2/);
  });
});
