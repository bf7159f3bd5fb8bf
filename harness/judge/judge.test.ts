import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wallMsOf } from '../../contract/clock.ts';
import type { Verdict } from '../../contract/record/kinds.ts';
import { MINUTE_MS } from '../../contract/time.ts';
import type { DeliveryLine, TraceInput } from '../../contract/trace.ts';
import { resolveScenario } from '../options/resolve.ts';
import type { Replayed, Trace, TraceTruth } from '../trace/trace-api.ts';
import { recordTrace } from '../trace/record.ts';
import { judgeRun, LATENESS_WALL_MS_MAX, openYardstick, type JudgedRun, type Yardstick } from './judge.ts';
import {
  ANSWER_MS,
  connection,
  DELIVERY_MS,
  LAG_MS,
  perfectWire,
  type Wire,
  type WireOptions,
  writeWire,
} from './wire.testing.ts';

const SPEED = 60;
const WINDOW_MINUTES = 60;
/** The driver's lag plus 100 ms, on the platform's clock. */
const TOLERANCE_MS = (LAG_MS + 100) * SPEED;
const dir = mkdtempSync(join(tmpdir(), 'hundredblock-judge-'));
const traceDir = join(dir, 'trace');
let yardstick: Yardstick;
let trace: Trace;
let truth: TraceTruth;
let replayed: Replayed;
let inputs: TraceInput[];
let untouched: Wire;
let clean: JudgedRun;
let runs = 0;

beforeAll(async () => {
  const scenario = resolveScenario('smoke', [
    'policy.review=auto',
    'intensity.incidents=150',
    'intensity.staffing=150',
    'doorbells.motionsPerDay=1',
    'load.heartbeatMs=0',
    'load.connectedShareOfDoorbells=0.1',
    'reactions.muteShare=0.3',
    `load.speed=${SPEED}`,
    'load.connectedShareOfAppUsers=0.9',
  ]);
  // Everybody comes back after the first storm, and nobody after the second.
  scenario.load.storms = [
    { atMs: 15_000, share: 0.4, awayMs: 20_000, rampMs: 2000 },
    { atMs: 50_000, share: 0.1, awayMs: 20_000, rampMs: 0 },
  ];
  const fromMs = scenario.startMs + 30 * MINUTE_MS;
  await recordTrace({ scenario, seed: 3, fromMs, windowMs: WINDOW_MINUTES * MINUTE_MS, dir: traceDir });
  yardstick = await openYardstick(traceDir);
  ({ trace, truth, replayed } = yardstick);
  inputs = [];
  for await (const { input } of trace.inputs()) inputs.push(input);
  untouched = await perfectWire(trace, { speed: SPEED });
  clean = await judged();
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Judges the perfect run, or one with other options, after `spoil` changed it. */
async function judged(
  spoil: (wire: Wire) => void = () => {},
  options?: Omit<WireOptions, 'speed'>,
  graceMs?: number,
): Promise<JudgedRun> {
  const wire =
    options === undefined ? structuredClone(untouched) : await perfectWire(trace, { speed: SPEED, ...options });
  spoil(wire);
  const observationsDir = join(dir, `wire-${runs++}`);
  writeWire(observationsDir, wire);
  return judgeRun(yardstick, { observationsDir, delayMs: {}, graceMs });
}

/** Differences between a run's verdicts and those of the run without fault. */
function changesOf({ judgement }: JudgedRun): Partial<Record<Verdict, number>> {
  const entries = Object.entries(judgement.verdicts) as [Verdict, number][];
  return Object.fromEntries(
    entries.map(([v, n]) => [v, n - clean.judgement.verdicts[v]]).filter(([, n]) => n !== 0),
  ) as Partial<Record<Verdict, number>>;
}

function detailsOf({ judgement }: JudgedRun): string[] {
  return [...new Set(judgement.violations.map((v) => `${v.verdict} ${v.detail}`))].sort();
}

/** Deliveries of the Alert with the largest audience, to those residents who got it at once. */
function deliveriesOfLargest(wire: Wire): DeliveryLine[] {
  const alerts = new Set(wire.frames.filter((f) => f.text.includes('"msgType":"Alert"')).map((f) => f.frame));
  const counts = new Map<number, number>();
  for (const [, , frame] of wire.deliveries) if (alerts.has(frame)) counts.set(frame, (counts.get(frame) ?? 0) + 1);
  const [largest] = [...counts].sort((a, b) => b[1] - a[1])[0];
  const mine = wire.deliveries.filter(([, , frame]) => frame === largest);
  const firstMs = Math.min(...mine.map(([, , , ms]) => ms));
  return mine.filter(([, , , ms]) => ms === firstMs);
}

/** The input that makes an Alert due, and the key of that Alert. */
function causeOfAlert(): { line: number; incidents: string } {
  const times = new Set(inputs.flatMap((input) => (input.kind === 'cad' ? [input.atMs] : [])));
  // Take the last one, so that nothing else follows from it.
  const alert = replayed.publishes.findLast(
    (p) => p.msgType === 'Alert' && p.audience.length > 3 && times.has(p.atMs),
  )!;
  const line = inputs.findIndex((input) => input.kind === 'cad' && input.atMs === alert.atMs);
  return { line, incidents: alert.incidents };
}

describe('a target without fault', () => {
  it('makes every delivery that it owes to residents who were not offline for good', () => {
    const { judgement, load } = clean;
    const { delivered, disconnected, ...others } = judgement.verdicts;
    expect(Object.values(others)).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect(delivered).toBeGreaterThan(1000);
    expect(disconnected).toBeGreaterThan(20);
    expect(delivered + disconnected).toBe(load.virtual.deliveries);
    expect(judgement.violations).toEqual([]);
    expect(judgement.wrongReceipts).toEqual([]);
    expect(load.virtual.verdicts).toMatchObject({ delivered: load.virtual.deliveries, lost: 0 });
  });

  it('has the same outcome on both clocks', () => {
    const { delivered } = clean.judgement.verdicts;
    expect(clean.sameOutcome).toEqual({
      virtual: delivered,
      wall: delivered,
      onlyVirtual: 0,
      onlyWall: 0,
      withinBand: 0,
      unexplained: 0,
      toleranceMs: TOLERANCE_MS,
      differences: [],
    });
  });

  it('is measured from the moments at which inputs were meant to be sent', () => {
    const { latencyMs } = clean;
    expect(latencyMs.delivery.p50).toBeCloseTo(LAG_MS + DELIVERY_MS, 1);
    // Residents who came back half a minute later do not make the target slow.
    expect(latencyMs.delivery.max).toBeCloseTo(LAG_MS + DELIVERY_MS, 1);
    expect(latencyMs.delivery.count).toBeLessThan(clean.judgement.verdicts.delivered);
    expect(latencyMs.completion.max).toBeCloseTo(LAG_MS + DELIVERY_MS, 1);
    expect(latencyMs.accept.p99).toBeCloseTo(LAG_MS + ANSWER_MS, 1);
    expect(latencyMs.accept.count).toBe(clean.load.inputs.cad.meant);
  });

  it('is counted second by second', () => {
    const { timeline, inputs: sent } = clean.load;
    const sum = (of: (second: (typeof timeline)[number]) => number): number =>
      timeline.reduce((n, second) => n + of(second), 0);
    expect(timeline).toHaveLength(WINDOW_MINUTES);
    // Inputs that are due in the last milliseconds are sent after the window.
    const meant = Object.values(sent).reduce((n, { meant: m }) => n + m, 0);
    expect(sum((s) => s.sent)).toBeGreaterThan(meant - 20);
    expect(sum((s) => s.deliveries)).toBeGreaterThan(clean.judgement.verdicts.delivered - 200);
    expect(clean.load.bottleneck.verdict).toBe('neither');
    expect(clean.load.deliveries).toMatchObject({ repeated: 0, gaps: 0 });
  });
});

describe('deliveries', () => {
  it('that are dropped silently, 1 in 1,000, are counted exactly', async () => {
    let dropped = 0;
    const found = await judged((wire) => {
      const holes = new Map<number, number>();
      wire.deliveries = wire.deliveries.flatMap(([resident, sequence, frame, ms], i): DeliveryLine[] => {
        if (i % 1000 === 500) {
          dropped += 1;
          holes.set(resident, (holes.get(resident) ?? 0) + 1);
          return [];
        }
        // The target numbers only what it sends, so the numbering has no holes.
        return [[resident, sequence - (holes.get(resident) ?? 0), frame, ms]];
      });
    });
    expect(dropped).toBeGreaterThan(1);
    expect(changesOf(found)).toEqual({ delivered: -dropped, lost: dropped });
    expect(found.sameOutcome).toMatchObject({ onlyVirtual: dropped, onlyWall: 0, withinBand: 0, unexplained: dropped });
    expect(found.sameOutcome.differences).toHaveLength(dropped);
    expect(found.load.deliveries.gaps).toBe(0);
    expect(detailsOf(found)).toEqual(['lost not-delivered']);
  });

  it('that are dropped are lost, whatever grace the target has', async () => {
    const spoil = (wire: Wire): void => void (wire.deliveries = wire.deliveries.filter((_, i) => i % 10 !== 0));
    const strict = await judged(spoil);
    const patient = await judged(spoil, undefined, 20_000);
    expect(strict.judgement.verdicts.lost).toBeGreaterThan(100);
    expect(patient.judgement.verdicts.lost).toBeGreaterThan(0.9 * strict.judgement.verdicts.lost);
    expect(patient.judgement.owed.deliveries).toBeGreaterThan(0.9 * clean.judgement.owed.deliveries);
  });

  it('that are lost on their way leave holes in the numbering, too', async () => {
    const found = await judged((wire) => {
      const early = wire.deliveries.findIndex(([resident, sequence]) =>
        wire.deliveries.some(([r, s]) => r === resident && s > sequence),
      );
      wire.deliveries.splice(early, 1);
    });
    expect(changesOf(found)).toEqual({ delivered: -1, lost: 1 });
    expect(found.load.deliveries.gaps).toBe(1);
  });

  it.each([
    [LATENESS_WALL_MS_MAX - DELIVERY_MS, {}],
    [LATENESS_WALL_MS_MAX + 200, { delivered: -5, late: 5 }],
  ])('that come %s ms later are late, or not', async (byMs, expected) => {
    const found = await judged((wire) => {
      for (const delivery of deliveriesOfLargest(wire).slice(0, 5)) delivery[3] += byMs;
    });
    expect(changesOf(found)).toEqual(expected);
  });

  it('are late, or not, whatever grace the target has', async () => {
    const spoil = (wire: Wire): void => {
      for (const delivery of deliveriesOfLargest(wire).slice(0, 5)) delivery[3] += LATENESS_WALL_MS_MAX + 200;
    };
    expect(changesOf(await judged(spoil, undefined, 2000))).toMatchObject({ delivered: -5, late: 5 });
  });

  it('of incidents that grew too old in a queue are lost, unless the target may take that time', async () => {
    const queueMs = 65_000;
    const strict = await judged(undefined, { queueMs });
    expect(strict.judgement.verdicts.lost).toBeGreaterThan(0);
    const patient = await judged(undefined, { queueMs }, queueMs);
    expect(patient.sameOutcome.toleranceMs).toBe(TOLERANCE_MS);
    expect(patient.judgement.verdicts).toMatchObject({ lost: 0, misdelivered: 0, shed: 0 });
    expect(patient.sameOutcome.unexplained).toBe(0);
  });

  it('that come more than an hour later are stale', async () => {
    const found = await judged((wire) => {
      for (const delivery of deliveriesOfLargest(wire).slice(0, 3)) delivery[3] += (70 * MINUTE_MS) / SPEED;
    });
    expect(changesOf(found)).toEqual({ delivered: -3, stale: 3 });
  });

  it('repeated under another number are duplicates, and under the same number a resumption', async () => {
    const found = await judged((wire) => {
      const [a, b] = deliveriesOfLargest(wire);
      wire.deliveries.push([a[0], 1000, a[2], a[3] + 1], [b[0], b[1], b[2], b[3] + 1]);
    });
    expect(changesOf(found)).toEqual({ duplicate: 1 });
    expect(found.load.deliveries.repeated).toBe(1);
  });

  it('of another message under a known number are misdelivered', async () => {
    const found = await judged((wire) => {
      const [a] = deliveriesOfLargest(wire);
      const other = wire.deliveries.find(([, , frame]) => frame !== a[2])!;
      wire.deliveries.push([a[0], a[1], other[2], a[3] + 1]);
    });
    expect(changesOf(found)).toEqual({ misdelivered: 1 });
    expect(detailsOf(found)).toEqual(['misdelivered sequence-reused']);
  });

  it('to somebody else are misdelivered', async () => {
    const found = await judged((wire) => {
      const [a] = deliveriesOfLargest(wire);
      const has = new Set(wire.deliveries.filter(([, , frame]) => frame === a[2]).map(([resident]) => resident));
      const others = trace.onboarding.roster.ids.filter(
        (id) => !has.has(id) && wire.connections.some((c) => c.resident === id),
      );
      const stranger = others.find((id) => !replayed.publishes.some((p) => p.audience.includes(id)))!;
      wire.deliveries.push([stranger, 1, a[2], a[3]]);
    });
    expect(changesOf(found)).toEqual({ misdelivered: 1 });
    expect(found.sameOutcome).toMatchObject({ onlyWall: 1, unexplained: 1 });
    expect(found.sameOutcome.differences).toEqual([expect.objectContaining({ side: 'wall', withinBand: false })]);
  });

  it('with a private string in them are leaked', async () => {
    let count = 0;
    const found = await judged((wire) => {
      const { incidents, line } = causeOfAlert();
      const frame = wire.frames.find(({ text }) => text.includes(incidents))!;
      const { messageId } = inputs[line] as TraceInput & { kind: 'cad' };
      const secret = truth
        .privatesBefore(messageId)
        .flatMap((p) => p.strings)
        .find((s) => s.kind === 'canary')!;
      frame.text = frame.text.replace('Status: active', `Status: active ${secret.value}`);
      count = wire.deliveries.filter(([, , number]) => number === frame.frame).length;
    });
    expect(count).toBeGreaterThan(1);
    expect(changesOf(found)).toEqual({ delivered: -count, leaked: count });
    expect(found.judgement.leaks.map((l) => l.kind)).toContain('canary');
  });

  it('of a text that is no alert are misdelivered', async () => {
    const found = await judged((wire) => {
      const [a] = deliveriesOfLargest(wire);
      wire.frames.push({ frame: wire.frames.length, type: 'alert', text: 'hello' });
      wire.deliveries.push([a[0], 1000, wire.frames.length - 1, a[3] + 1]);
    });
    expect(changesOf(found)).toEqual({ misdelivered: 1 });
  });
});

describe('inputs', () => {
  it('that were refused for good make the target owe nothing, and the messages that they would have led to count as shed', async () => {
    const { line, incidents } = causeOfAlert();
    const recordOf = (l: number): string | undefined => {
      const input = inputs[l];
      return input.kind === 'cad' ? truth.manifest(input.messageId)?.rows[0].recordId : undefined;
    };
    // A later message of the record would make up for the loss, so all of them are refused.
    const refused = (l: number): boolean => recordOf(l) !== undefined && recordOf(l) === recordOf(line);
    const count = inputs.filter((_, l) => l >= trace.header.preamble && refused(l)).length;
    const found = await judged(undefined, {
      refuse: (l) => (refused(l) ? { status: 503, failure: 'overloaded' } : null),
    });
    const shed = found.judgement.verdicts.shed;
    const frames = new Set(untouched.frames.filter((f) => f.text.includes(incidents)).map((f) => f.frame));
    const reached = untouched.deliveries.filter(([, , frame]) => frames.has(frame)).length;
    expect(shed).toBe(reached);
    expect(changesOf(found).lost).toBeUndefined();
    expect(found.judgement.violations.filter((v) => v.verdict === 'shed').every((v) => v.incidents === incidents)).toBe(
      true,
    );
    expect(detailsOf(found)).toEqual(['shed refused:overloaded']);
    expect(found.load.refusals).toEqual({ overloaded: count });
    expect(found.load.inputs.cad.acknowledged).toBe(found.load.inputs.cad.meant - count);
    expect(found.judgement.owed).toEqual({
      ...clean.judgement.owed,
      alertsNeverSent: 1,
      deliveries: expect.any(Number) as number,
    });
    expect(found.sameOutcome.unexplained).toBe(reached);
    expect(found.load.bottleneck.verdict).toBe('target');
  });

  it('that the target never asked a portal for count in the same way', async () => {
    const { atMs } = replayed.publishes.findLast((p) =>
      inputs.some((i) => i.kind === 'snapshot' && i.atMs === p.atMs),
    )!;
    const found = await judged(undefined, {
      refuse: (l) =>
        inputs[l].kind === 'snapshot' && inputs[l].atMs >= atMs ? { status: null, failure: 'never-polled' } : null,
    });
    expect(changesOf(found).lost).toBeUndefined();
    expect(found.judgement.verdicts.shed).toBeGreaterThan(0);
    expect(detailsOf(found)).toEqual(['shed refused:never-polled']);
  });

  it('without an answer may have been taken or not', async () => {
    const { line, incidents } = causeOfAlert();
    const mute = (l: number): boolean => l === line;
    const taken = await judged(undefined, { mute });
    expect(changesOf(taken)).toEqual({ disconnected: expect.any(Number) as number });
    expect(taken.judgement.violations).toEqual([]);
    expect(taken.sameOutcome.unexplained).toBe(0);
    const lost = await judged(
      (wire) => {
        const frames = new Set(wire.frames.filter(({ text }) => text.includes(incidents)).map(({ frame }) => frame));
        wire.deliveries = wire.deliveries.filter(([, , frame]) => !frames.has(frame));
      },
      { mute },
    );
    expect(lost.judgement.verdicts).toMatchObject({ lost: 0, shed: 0 });
    expect(lost.judgement.violations).toEqual([]);
    // The virtual clock has the alert, and no tolerance explains the difference.
    expect(lost.sameOutcome.unexplained).toBeGreaterThan(0);
  });

  it('that were acknowledged at a second attempt, after the target was down, lose nothing', async () => {
    const { line, incidents } = causeOfAlert();
    const found = await judged((wire) => {
      const send = wire.sends[line];
      Object.assign(send, { tries: 2, answeredMs: send.sentMs! + 3000 });
      const frame = wire.frames.find(({ text }) => text.includes(incidents))!.frame;
      for (const delivery of wire.deliveries) if (delivery[2] === frame) delivery[3] += 2500;
    });
    expect(changesOf(found)).toEqual({});
    expect(found.judgement.violations).toEqual([]);
    expect(found.load).toMatchObject({ retries: 1, refusals: { retried: 1 } });
    expect(found.latencyMs.completion.max).toBeGreaterThan(2500);
  });

  it('with receipts that break the rules are found', async () => {
    const found = await judged((wire) => {
      const { line } = causeOfAlert();
      wire.sends[line].rows = [{ row: 0, outcome: 'duplicate', code: null }];
    });
    expect(found.judgement.wrongReceipts).toHaveLength(1);
  });
});

describe('residents', () => {
  it('whose stream the target closed and did not open again are not excused', async () => {
    const spoil = (code: number | null) => (wire: Wire) => {
      const [[resident, , , atMs]] = deliveriesOfLargest(wire);
      wire.deliveries = wire.deliveries.filter((d) => d[0] !== resident || d[3] < atMs);
      wire.connections = wire.connections.filter((c) => c.resident !== resident || c.atMs < atMs);
      wire.connections.push({ ...connection(resident, atMs - 1, 'closed', 0), code });
    };
    const shed = await judged(spoil(1013));
    expect(detailsOf(shed)).toEqual(['shed stream-closed:1013']);
    expect(changesOf(shed).delivered).toBe(-changesOf(shed).shed!);
    expect(shed.load.closes).toMatchObject({ 1013: 1 });
    const lost = await judged(spoil(null));
    expect(detailsOf(lost)).toEqual(['lost not-delivered']);
  });
});

describe('a run that was cut short', () => {
  it('is judged by what fell due well before the cut', async () => {
    const found = await judged((wire) => {
      const cutMs = wallMsOf(wire.driver.clock, trace.header.fromMs) + 30_000;
      wire.driver.stopped = 'the target died';
      wire.deliveries = wire.deliveries.filter((d) => d[3] < cutMs);
      for (const send of wire.sends) {
        if (send.intendedMs < cutMs) continue;
        Object.assign(send, { sentMs: null, answeredMs: null, status: null, tries: 0, failure: 'stopped', rows: null });
      }
    });
    expect(found.stopped).toBe('the target died');
    expect(found.judgement.verdicts).toMatchObject({ lost: 0, late: 0, misdelivered: 0 });
    expect(found.sameOutcome.unexplained).toBe(0);
    expect(found.judgement.verdicts.delivered).toBeGreaterThan(100);
    expect(found.endMs).toBeLessThanOrEqual(trace.header.fromMs + 31 * MINUTE_MS);
  });
});

describe('observations', () => {
  it('of another trace are refused', async () => {
    await expect(
      judged((wire) => {
        wire.driver.traceSha256 = 'f'.repeat(64);
      }),
    ).rejects.toThrow(/driver\.json: expected observations of the trace/);
  });
});
