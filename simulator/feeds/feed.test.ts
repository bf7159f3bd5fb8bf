import { describe, expect, it } from 'vitest';
import { DIALECTS, type Dialect } from '../../contract/catalogue.ts';
import type { MessageManifest } from '../../contract/manifest.ts';
import type { Faults } from '../../contract/scenario.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../contract/time.ts';
import type { CadRecord } from '../cad/record.ts';
import { Kernel } from '../kernel/kernel.ts';
import { KIND } from '../kernel/kinds.ts';
import type { FeedFault, FeedMessage, FeedOptions, FeedTimes } from './feed-api.ts';
import { Feed } from './feed.ts';
import { readMessage } from './reader.testing.ts';
import { SAMPLE_MS, sampleProfile, sampleRecord } from './sample.testing.ts';

const NO_FAULTS: Faults = {
  delayShare: 0,
  delayMsMean: 20 * MINUTE_MS,
  duplicateShare: 0,
  reorderShare: 0,
  gapShare: 0,
  malformedShare: 0,
  clockSkewMs: 0,
  clockSkewAgencies: 0,
  outagesPerDay: 0,
  outageMsMean: HOUR_MS,
  outageLossShare: 0,
};
const START_MS = SAMPLE_MS - HOUR_MS;
const PUSH = ['eido', 'sf', 'tampa', 'milwaukee'] as const;

interface Seen {
  message: FeedMessage;
  manifest: MessageManifest;
  times: FeedTimes;
  atMs: number;
}
interface Run {
  seen: Seen[];
  faults: FeedFault[];
  hash: string;
}

type Step = { atMs: number; ordinal: number; set: Partial<CadRecord> };

/** Steps of `records` records that open 7 minutes apart. Each has `changes` changes, 3 minutes apart unless given; the last one closes it. */
function lives(records: number, changes = 3, gapMs = 3 * MINUTE_MS): Step[] {
  const steps: Step[] = [];
  for (let ordinal = 0; ordinal < records; ordinal += 1) {
    for (let i = 0; i < changes; i += 1) {
      const atMs = SAMPLE_MS + ordinal * 7 * MINUTE_MS + i * gapMs;
      steps.push({
        atMs,
        ordinal,
        set:
          i === changes - 1 ? { status: 'closed', disposition: 'founded', closedMs: atMs } : { priority: 1 + (i % 4) },
      });
    }
  }
  return steps;
}

function run(dialect: Dialect, faults: Partial<Faults>, steps: Step[], more: Partial<FeedOptions> = {}): Run {
  const kernel = new Kernel(START_MS);
  const seen: Seen[] = [];
  const logged: FeedFault[] = [];
  const feed = new Feed({
    kernel,
    seeds: { seed: 7, replication: 0 },
    profile: sampleProfile([{ fromMs: 0, dialect }]),
    agencyIndex: 3,
    faults: { ...NO_FAULTS, ...faults },
    skewed: false,
    batchMs: 15 * MINUTE_MS,
    pollMs: MINUTE_MS,
    publishDelayMsMean: { eido: 10_000, sf: 60_000, seattle: 60_000, dallas: 30_000, tampa: 60_000, milwaukee: 60_000 },
    endMs: START_MS + 2 * DAY_MS,
    host: {
      door: (message, manifest, times) => seen.push({ message, manifest, times, atMs: kernel.nowMs }),
      fault: (fault) => logged.push(fault),
    },
    ...more,
  });
  const records = new Map<number, CadRecord>();
  kernel.on(KIND.recordChange, (ordinal, payload) => {
    const known = records.get(ordinal);
    const record =
      known ?? sampleRecord({ ordinal, incident: ordinal, recordId: `E${ordinal}`, receivedMs: kernel.nowMs });
    records.set(ordinal, record);
    Object.assign(record, (payload as Step).set, { updatedMs: kernel.nowMs });
    feed.recordChanged(record, known === undefined ? 'created' : record.status === 'open' ? 'updated' : 'closed');
  });
  steps.forEach((step, i) => kernel.schedule(step.atMs, KIND.recordChange, step.ordinal, i, step));
  feed.start();
  kernel.runUntil(START_MS + 30 * DAY_MS);
  return { seen, faults: logged, hash: kernel.history.hex() };
}

function count(faults: readonly FeedFault[], kind: FeedFault['kind']): number {
  return faults.filter((f) => f.kind === kind).length;
}

describe('without faults', () => {
  it.each(PUSH)('%s tells each change once, in order within a record, after it happened', (dialect) => {
    const steps = lives(30, 5, 2000);
    const { seen, faults } = run(dialect, {}, steps);
    expect(faults).toEqual([]);
    expect(seen).toHaveLength(steps.length);
    const priorities = new Map<string, string[]>();
    for (const { message, manifest, times, atMs } of seen) {
      expect(times.publishedMs).toBeGreaterThan(times.changedMs);
      expect(atMs).toBe(times.publishedMs);
      expect(manifest.messageId).toBe(message.messageId);
      const id = manifest.rows[0].recordId;
      priorities.set(id, [...(priorities.get(id) ?? []), String(times.changedMs)]);
    }
    for (const changes of priorities.values())
      expect(changes).toEqual([...changes].sort((a, b) => Number(a) - Number(b)));
    expect(seen.map((s) => Number(s.message.messageId.slice(7))).sort((a, b) => a - b)).toEqual(steps.map((_, i) => i));
  });

  it('keeps the mean publication delay', () => {
    const { seen } = run('sf', {}, lives(1000, 1));
    const mean = seen.reduce((sum, s) => sum + s.atMs - s.times.changedMs, 0) / seen.length;
    // The standard error of 1,000 delays of mean 60 s and cv 0.8 is 1.5 s: the bounds are four of them.
    expect(Math.abs(mean - 60_000)).toBeLessThan(4 * 1518);
  });

  it('seattle batches the latest state of each record that changed, and sends no empty batch', () => {
    const { seen } = run('seattle', {}, lives(10));
    expect(seen.length).toBeGreaterThan(3);
    expect(seen.length).toBeLessThan(10);
    const phase = (START_MS + 1 + 3 * 7919) % (15 * MINUTE_MS);
    for (const { message, manifest, atMs } of seen) {
      expect(atMs % (15 * MINUTE_MS)).toBe(phase);
      const ids = manifest.rows.map((row) => row.recordId);
      expect(new Set(ids).size).toBe(ids.length);
      expect(readMessage('seattle', 'America/Chicago', message.body)?.map((r) => r?.recordId)).toEqual(ids);
    }
    const last = new Map(seen.flatMap((s) => s.manifest.rows.map((row) => [row.recordId, row.status] as const)));
    expect([...last.values()]).toEqual(Array.from({ length: 10 }, () => 'closed'));
  });

  it('dallas lists open records after the delay, one row for each unit, and drops closed ones at once', () => {
    const steps: Step[] = [
      { atMs: SAMPLE_MS, ordinal: 0, set: { units: [] } },
      { atMs: SAMPLE_MS + 20 * MINUTE_MS, ordinal: 0, set: { units: ['3A21', '3A24'] } },
      { atMs: SAMPLE_MS + 40 * MINUTE_MS, ordinal: 0, set: { status: 'cancelled' } },
      // It closed before it could be shown.
      { atMs: SAMPLE_MS + 50 * MINUTE_MS, ordinal: 1, set: {} },
      { atMs: SAMPLE_MS + 50 * MINUTE_MS + 1, ordinal: 1, set: { status: 'closed' } },
    ];
    const { seen } = run('dallas', {}, steps, { endMs: SAMPLE_MS + HOUR_MS });
    expect(seen).toHaveLength(120);
    const shown = seen.filter((s) => s.manifest.rows.length > 0);
    expect(shown.every((s) => s.manifest.snapshot && s.manifest.rows[0].recordId === 'E0')).toBe(true);
    const rowsAt = (s: Seen): number => (JSON.parse(s.message.body) as { rows: unknown[] }).rows.length;
    expect(rowsAt(shown[0])).toBe(1);
    expect(rowsAt(shown[shown.length - 1])).toBe(2);
    expect(shown[0].atMs - SAMPLE_MS).toBeGreaterThan(0);
    expect(shown[0].atMs - SAMPLE_MS).toBeLessThan(5 * MINUTE_MS);
    expect(shown[0].times.changedMs).toBe(SAMPLE_MS);
    const lastMs = shown[shown.length - 1].atMs;
    expect(lastMs).toBeLessThan(SAMPLE_MS + 40 * MINUTE_MS);
    expect(lastMs).toBeGreaterThanOrEqual(SAMPLE_MS + 39 * MINUTE_MS);
  });

  it.each(DIALECTS)('%s: the same seed gives the same bytes, another seed other times', (dialect) => {
    const a = run(dialect, {}, lives(10));
    expect(run(dialect, {}, lives(10))).toEqual(a);
    expect(run(dialect, {}, lives(10), { seeds: { seed: 8, replication: 0 } }).hash).not.toBe(a.hash);
  });

  it('shifts no time of a record by another record', () => {
    const times = (seen: Seen[]): number[] =>
      seen.filter((s) => s.manifest.rows[0].recordId !== 'E0').map((s) => s.atMs);
    const all = run('eido', { delayShare: 0.3 }, lives(20));
    const fewer = run(
      'eido',
      { delayShare: 0.3 },
      lives(20).filter((s) => s.ordinal !== 0),
    );
    expect(times(all.seen)).toEqual(times(fewer.seen));
    expect(times(all.seen)).toHaveLength(57);
  });
});

describe('fault shares', () => {
  const steps = lives(100);
  const all = steps.length;

  it.each(PUSH)('%s: at 1 each message has the fault once, and at 0.1 about a tenth', (dialect) => {
    for (const [share, low, high] of [
      [1, all, all],
      [0.1, 10, 55],
    ] as const) {
      const late = run(dialect, { delayShare: share }, steps);
      within(count(late.faults, 'delay'), low, high);
      expect(late.seen).toHaveLength(all);

      const twice = run(dialect, { duplicateShare: share }, steps);
      const copies = twice.seen.filter((s) => s.message.messageId.endsWith('-d'));
      within(copies.length, low, high);
      expect(twice.faults.map((f) => f.messageId)).toEqual(copies.map((s) => s.message.messageId));
      for (const copy of copies) {
        const original = twice.seen.find((s) => `${s.message.messageId}-d` === copy.message.messageId) as Seen;
        expect(copy.message.body).toBe(original.message.body);
        expect(copy.atMs).toBeGreaterThan(original.atMs);
      }

      const lost = run(dialect, { gapShare: share }, steps);
      within(count(lost.faults, 'gap'), low, high);
      expect(lost.seen).toHaveLength(all - count(lost.faults, 'gap'));

      const broken = run(dialect, { malformedShare: share }, steps);
      within(count(broken.faults, 'malformed'), low, high);
      const bad = broken.seen.filter((s) => s.manifest.rows.some((row) => !row.wellFormed));
      expect(bad.map((s) => s.message.messageId)).toEqual(broken.faults.map((f) => f.messageId));

      const swapped = run(dialect, { reorderShare: share }, steps);
      within(count(swapped.faults, 'reorder'), low, high);
      expect(swapped.seen).toHaveLength(all);
    }
  });

  it('a fault never shifts the draws of another', () => {
    const ids = (faults: FeedFault[], kind: FeedFault['kind']): (string | null)[] =>
      faults
        .filter((f) => f.kind === kind)
        .map((f) => f.messageId)
        .sort();
    const alone = run('tampa', { malformedShare: 0.2 }, steps).faults;
    const together = run(
      'tampa',
      { malformedShare: 0.2, delayShare: 0.5, duplicateShare: 0.5, reorderShare: 0.5 },
      steps,
    ).faults;
    expect(ids(together, 'malformed')).toEqual(ids(alone, 'malformed'));
    expect(count(together, 'duplicate')).toBeGreaterThan(100);
  });

  it('faults of one share strike different messages', () => {
    const { faults } = run('tampa', { delayShare: 0.3, reorderShare: 0.3, malformedShare: 0.3 }, steps);
    const ids = (kind: FeedFault['kind']): Set<string | null> =>
      new Set(faults.filter((f) => f.kind === kind).map((f) => f.messageId));
    const [late, swapped, broken] = [ids('delay'), ids('reorder'), ids('malformed')];
    // Each fault strikes some 90 messages, and shares 30% of them with another fault. If two had one stream they would share all.
    expect([...late].filter((id) => swapped.has(id)).length).toBeLessThan(late.size / 2);
    expect([...swapped].filter((id) => broken.has(id)).length).toBeLessThan(swapped.size / 2);
    expect([...broken].filter((id) => late.has(id)).length).toBeLessThan(broken.size / 2);
  });

  it('all at once: each message is logged once for each kind, and arrives or is a gap', () => {
    const shares = { delayShare: 0.3, duplicateShare: 0.3, reorderShare: 0.3, gapShare: 0.3, malformedShare: 0.3 };
    const { seen, faults } = run('sf', shares, steps);
    expect(seen.filter((s) => !s.message.messageId.endsWith('-d'))).toHaveLength(all - count(faults, 'gap'));
    expect(seen.filter((s) => s.message.messageId.endsWith('-d'))).toHaveLength(count(faults, 'duplicate'));
    expect(new Set(faults.map((f) => `${f.kind} ${f.messageId}`)).size).toBe(faults.length);
  });
});

describe('reordering', () => {
  it('holds a message until the next of its record has arrived', () => {
    const orders = new Set<string>();
    const { seen, faults } = run('eido', { reorderShare: 0.5 }, lives(100, 2));
    for (const fault of faults) {
      const held = seen.find((s) => s.message.messageId === fault.messageId) as Seen;
      const record = held.manifest.rows[0].recordId;
      const changes = seen.filter((s) => s.manifest.rows[0].recordId === record).map((s) => s.times.changedMs);
      const inOrder = changes[0] < changes[1];
      orders.add(`${inOrder} ${fault.detail.split(' ')[0]}`);
      if (fault.detail.startsWith('after')) expect(inOrder).toBe(false);
      else expect(held.atMs).toBe(held.times.publishedMs + 10 * MINUTE_MS);
    }
    expect(orders).toContain('false after');
    expect(orders).toContain('true nothing');
  });
});

describe('delay', () => {
  it('keeps the order of a record', () => {
    const { seen } = run('milwaukee', { delayShare: 0.5 }, lives(100, 4));
    const last = new Map<string, number>();
    for (const s of seen) {
      const id = s.manifest.rows[0].recordId;
      expect(s.times.changedMs).toBeGreaterThan(last.get(id) ?? 0);
      last.set(id, s.times.changedMs);
    }
  });
});

describe('malformed messages', () => {
  it.each(DIALECTS)('%s: a reader refuses exactly what the manifest calls broken', (dialect) => {
    const variants = new Map<string, number>();
    const { seen, faults } = run(
      dialect,
      { malformedShare: 0.8 },
      withTwoUnits(lives(dialect === 'seattle' ? 1500 : 150)),
    );
    for (const fault of faults) variants.set(fault.detail, (variants.get(fault.detail) ?? 0) + 1);
    for (const { message, manifest } of seen) {
      const read = readMessage(dialect, 'America/Chicago', message.body);
      expect(read !== null).toBe(manifest.readable);
      if (read === null) expect(manifest.rows.every((row) => !row.wellFormed)).toBe(true);
      else expect(read.map((r) => r !== null)).toEqual(manifest.rows.map((row) => row.wellFormed));
      expect(manifest.rows.map((row) => row.row)).toEqual(manifest.rows.map((_, i) => i));
      for (const [i, r] of (read ?? []).entries()) {
        if (r === null) continue;
        expect(r).toMatchObject({
          recordId: manifest.rows[i].recordId,
          incidentMs: manifest.rows[i].incidentMs,
          place: manifest.rows[i].location.text,
        });
      }
    }
    expect(variants.size).toBe(VARIANTS[dialect]);
  });
});

/** The number of variants that each dialect has. */
const VARIANTS: Readonly<Record<Dialect, number>> = {
  eido: 18,
  sf: 18,
  tampa: 18,
  milwaukee: 18,
  seattle: 15,
  dallas: 19,
};

function withTwoUnits(steps: Step[]): Step[] {
  return steps.map((step) => ({
    ...step,
    set: { units: step.ordinal % 2 === 0 ? ['1A11'] : ['1A11', '1A12'], ...step.set },
  }));
}

describe('clock skew', () => {
  it.each(DIALECTS)('%s shifts every published time and is logged once', (dialect) => {
    const steps = lives(3, 1).map((s) => ({ ...s, set: {} }));
    const straight = run(dialect, {}, steps, { endMs: SAMPLE_MS + HOUR_MS });
    const skewed = run(dialect, { clockSkewMs: -90_000 }, steps, { skewed: true, endMs: SAMPLE_MS + HOUR_MS });
    expect(skewed.faults).toEqual([
      { kind: 'clockSkew', atMs: START_MS, messageId: null, detail: '-90000 ms', messages: 0 },
    ]);
    expect(run(dialect, { clockSkewMs: -90_000 }, steps, { endMs: SAMPLE_MS + HOUR_MS }).seen).toEqual(straight.seen);
    const times = (r: Run): (number | null)[] =>
      r.seen.flatMap((s) => s.manifest.rows.flatMap((row) => [row.incidentMs, row.updatedMs]));
    expect(times(skewed)).toEqual(times(straight).map((ms) => (ms === null ? null : ms - 90_000)));
    expect(times(skewed).length).toBeGreaterThan(5);
  });
});

describe('outages', () => {
  it('hold messages until the end, each logged once with its counts', () => {
    const steps = lives(300);
    const { seen, faults } = run('eido', { outagesPerDay: 6 }, steps);
    expect(seen).toHaveLength(steps.length);
    const counts = faults.map((f) => Number(/^(\d+) held, 0 lost, 0 polls/.exec(f.detail)?.[1]));
    expect(faults.every((f) => f.kind === 'outage' && f.messageId === null)).toBe(true);
    expect(faults.length).toBeGreaterThan(4);
    const held = seen.filter((s) => s.atMs !== s.times.publishedMs);
    expect(held).toHaveLength(counts.reduce((a, b) => a + b, 0));
    expect(held.length).toBeGreaterThan(20);
    const ends = new Set(faults.map((f) => f.atMs));
    expect(held.every((s) => ends.has(s.atMs))).toBe(true);
  });

  it.each([0.5, 1])('lose a share of %d', (outageLossShare) => {
    const steps = lives(300);
    const { seen, faults } = run('eido', { outagesPerDay: 6, outageLossShare }, steps);
    const sum = (pattern: RegExp): number =>
      faults.reduce((total, f) => total + Number(pattern.exec(f.detail)?.[1]), 0);
    expect(seen).toHaveLength(steps.length - sum(/(\d+) lost/));
    expect(sum(/(\d+) lost/)).toBeGreaterThan(10);
    if (outageLossShare === 1) expect(sum(/(\d+) held/)).toBe(0);
    else expect(sum(/(\d+) held/)).toBeGreaterThan(10);
  });

  it('skip polls', () => {
    const { seen, faults } = run('dallas', { outagesPerDay: 6 }, lives(5));
    const skipped = faults.reduce((total, f) => total + Number(/(\d+) polls/.exec(f.detail)?.[1]), 0);
    expect(skipped).toBeGreaterThan(60);
    expect(seen).toHaveLength(2 * 24 * 60 - skipped);
  });
});

describe('withdrawal', () => {
  const steps = lives(40, 2, 30 * MINUTE_MS);
  const switchMs = SAMPLE_MS + 2 * HOUR_MS + 6 * MINUTE_MS + 1000;

  it.each(DIALECTS)(
    'eido, then %s: nothing of the old feed comes after it, and the new one starts with the open records',
    (then) => {
      const profile = sampleProfile([
        { fromMs: 0, dialect: 'eido' },
        { fromMs: switchMs, dialect: then },
      ]);
      const { seen, faults } = run('eido', { delayShare: 0.5 }, steps, { profile });
      const withdrawn = faults.filter((f) => f.kind === 'withdrawal');
      expect(withdrawn).toHaveLength(1);
      expect(withdrawn[0]).toMatchObject({ atMs: switchMs, messageId: null });
      const underWay = Number(new RegExp(`^eido -> ${then}; (\\d+) under way`).exec(withdrawn[0].detail)?.[1]);
      const before = steps.filter((s) => s.atMs < switchMs).length;
      const arrived = seen.filter((s) => s.times.changedMs < switchMs && s.atMs < switchMs);
      expect(arrived).toHaveLength(before - underWay);
      expect(underWay).toBeGreaterThan(0);
      for (const s of seen) expect(s.message.dialect).toBe(s.atMs < switchMs ? 'eido' : then);
      const openThen = new Set(
        steps
          .filter((s) => s.atMs < switchMs && s.atMs > switchMs - 30 * MINUTE_MS && s.set.status === undefined)
          .map((s) => `E${s.ordinal}`),
      );
      expect(openThen.size).toBeGreaterThan(2);
      const told = new Set(
        seen.filter((s) => s.atMs >= switchMs).flatMap((s) => s.manifest.rows.map((row) => row.recordId)),
      );
      for (const id of openThen) expect(told).toContain(id);
    },
  );

  it('logs no gap of a message that was withdrawn before it was due', () => {
    const { faults } = run('sf', { gapShare: 1 }, steps, { withdrawMs: switchMs });
    expect(count(faults, 'gap')).toBeGreaterThan(20);
    expect(faults.filter((f) => f.kind === 'gap').every((f) => f.atMs < switchMs)).toBe(true);
  });

  it('to nothing: no message comes after it', () => {
    const { seen, faults } = run('tampa', {}, steps, { withdrawMs: switchMs });
    expect(faults).toHaveLength(1);
    expect(faults[0].detail).toMatch(/^tampa -> nothing; \d+ under way/);
    expect(seen.length).toBeGreaterThan(20);
    expect(seen.every((s) => s.atMs < switchMs)).toBe(true);
  });
});

function within(value: number, low: number, high: number): void {
  expect(value).toBeGreaterThanOrEqual(low);
  expect(value).toBeLessThanOrEqual(high);
}
