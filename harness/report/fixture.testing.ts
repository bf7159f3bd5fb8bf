/** Tests only: a plausible run directory out of a tiny seeded generator. No part of it was ever simulated. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import seedrandom from 'seedrandom';
import { CATEGORIES } from '../../contract/catalogue.ts';
import { DELAY_STAGES, FAULT_KINDS, TRUTHS, VERDICTS, type Truth } from '../../contract/record/kinds.ts';
import type { AlertLine, FaultLine, MapFile } from '../../contract/record/lines.ts';
import type { Quantiles, Rate } from '../../contract/record/measures.ts';
import { RUN_SCHEMA, type RunRecord } from '../../contract/record/run-record.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../contract/time.ts';
import type { CheckpointLine } from '../records/run-folder.ts';

export interface FixtureRun {
  record: RunRecord;
  alerts: AlertLine[];
  faults: FaultLine[];
  map: MapFile;
  checkpoints: CheckpointLine[];
}

const START_MS = 1_780_272_000_000;
const FEEDS = ['eido', 'dallas', 'tampa'] as const;
const FEED_KINDS = ['direct', 'portal', 'masked'] as const;
const STREETS = ['W MAPLE ST', 'N OAK AVE', 'E 3RD ST', 'S HARBOR BLVD'];
const OUTCOMES = ['accepted', 'rejected', 'never-arrived', 'accepted+duplicate', 'superseded'];

/** A run of `agencies` agencies over `days` days with `alertsPerAgency` alerts each. */
export function fixtureRun({ seed = 1, agencies = 3, days = 7, alertsPerAgency = 30 } = {}): FixtureRun {
  const random = seedrandom.alea(`report fixture ${seed}`);
  const below = (n: number) => Math.floor(random() * n);
  const pick = <T>(items: readonly T[]): T => items[below(items.length)];
  const hex = (digits: number) => Array.from({ length: digits }, () => below(16).toString(16)).join('');
  const ids = Array.from({ length: agencies }, (_, i) => `pd-${String(i).padStart(3, '0')}`);

  const map: MapFile = {
    agencies: ids.map((id, i) => mapAgency(id, i, random)),
    radii: [800, 1600, 3200, 8000].map((radiusDm, i) => ({
      radiusDm: radiusDm * 2,
      residents: [300, 900, 500, 100][i],
    })),
  };
  const alerts: AlertLine[] = [];
  for (const [i, id] of ids.entries()) {
    const { box } = map.agencies[i];
    for (let k = 0; k < alertsPerAgency; k++) {
      const truth = random() < 0.6 ? 'founded' : pick(TRUTHS);
      const audience = below(900);
      alerts.push({
        incidents: hex(32),
        identifier: `${hex(32)}.1`,
        msgType: 'Alert',
        agency: id,
        feedKind: FEED_KINDS[i % 3],
        category: CATEGORIES[below(8)],
        place: `${(1 + below(60)) * 100} BLOCK ${pick(STREETS)}`,
        placeKind: 'block',
        households: random() < 0.1 ? null : 5 + below(random() < 0.2 ? 900 : 60),
        x: Math.round(box.x0 + random() * (box.x1 - box.x0)),
        y: Math.round(box.y0 + random() * (box.y1 - box.y0)),
        sentMs: START_MS + below(days * DAY_MS),
        audience,
        truth,
        truths: [truth],
        verdicts: { delivered: audience },
        delayMs: { total: below(90 * MINUTE_MS) },
      });
    }
  }
  const faults: FaultLine[] = Array.from({ length: 400 }, () => ({
    kind: pick(FAULT_KINDS),
    agency: pick(ids),
    atMs: START_MS + below(days * DAY_MS),
    messageId: `m-${below(1e6)}`,
    detail: 'as drawn',
    accounted: true,
    became: pick(OUTCOMES),
  }));
  const checkpoints = ids.flatMap((agency) =>
    Array.from({ length: days * 24 }, (_, i) => ({
      agency,
      checkpoint: i,
      untilMs: START_MS + (i + 1) * HOUR_MS,
      events: 3021 + below(100),
      hash: hex(16),
    })),
  );
  return { record: recordOf(ids, days, alerts, faults, random), alerts, faults, map, checkpoints };
}

/** The same, against the wall clock for a minute. */
export function fixtureLoadRun(): FixtureRun {
  const run = fixtureRun({ agencies: 2, days: 1 });
  const { record } = run;
  const tail = (count: number, p50: number) => ({
    count,
    p50,
    p90: p50 * 2,
    p99: p50 * 4,
    p999: p50 * 8,
    max: p50 * 9,
  });
  const process = {
    cpuShare: 0.31,
    eventLoopDelayMs: tail(3000, 1.1),
    rssMiB: { before: 120.4, peak: 388.2 },
    memoryPerResidentKiB: 9.7,
  };
  record.generatorLagMs = tail(30_000, 0.6);
  record.latencyMs = {
    accept: tail(20_000, 4.2),
    firstDelivery: tail(60, 8.1),
    delivery: tail(44_000, 11.3),
    completion: tail(60, 19.9),
    device: tail(4000, 2.2),
    connect: tail(10_000, 31),
  };
  record.sameOutcome = {
    virtual: 44_000,
    wall: 43_999,
    onlyVirtual: 2,
    onlyWall: 1,
    withinBand: 1,
    unexplained: 2,
    toleranceMs: 6300,
    differences: [
      { incidents: run.alerts[0].incidents, msgType: 'Alert', resident: 1234, side: 'virtual', withinBand: true },
      { incidents: run.alerts[1].incidents, msgType: 'Alert', resident: 1235, side: 'virtual', withinBand: false },
      { incidents: run.alerts[2].incidents, msgType: 'Cancel', resident: 1236, side: 'wall', withinBand: false },
    ],
  };
  record.load = {
    target: 'http://127.0.0.1:8080/<b>',
    startedTarget: false,
    driver: 'hundredblock driver: 3 threads',
    closedLoop: false,
    traceSha256: record.historyHash,
    fromMs: START_MS,
    untilMs: START_MS + HOUR_MS,
    windowMs: 60_000,
    speed: 60,
    platformClock: true,
    intensity: { incidents: 100, encounters: 1, motions: 0.5, staffing: 100 },
    connected: { residents: 10_000, doorbells: 4000, refused: 3, rampMs: 12_000 },
    inputs: {
      cad: { meant: 20_010, sent: 20_005, acknowledged: 20_000 },
      motion: { meant: 4000, sent: 4000, acknowledged: 4000 },
    },
    refusals: { overloaded: 5, retried: 40 },
    retries: 61,
    deliveries: { received: 44_300, repeated: 12, gaps: 0 },
    closes: { 'by the client': 9990, '4000': 7 },
    generator: process,
    targetProcess: { ...process, cpuShare: 0.74 },
    bottleneck: { verdict: 'target', why: '5 inputs refused by the target' },
    shed: { 'cad overloaded': 45, 'posts overloaded': 0 },
    timeline: Array.from({ length: 60 }, (_, second) => ({
      second,
      sent: 480 + ((second * 37) % 90),
      acknowledged: 470 + ((second * 53) % 110),
      deliveries: (second * 397) % 1900,
      deliveryP99Ms: second % 9 === 4 ? null : 20 + ((second * 13) % 60),
      lagMaxMs: 1 + ((second * 7) % 5),
      generatorCpu: 0.2 + ((second * 3) % 10) / 50,
      targetCpu: second === 0 ? null : 0.6 + ((second * 7) % 10) / 40,
    })),
    virtual: {
      alerts: 60,
      updates: 4,
      cancels: 9,
      deliveries: 44_000,
      duty: { alerts: 60, deliveries: 40_000, alertsNeverSent: 0 },
      verdicts: {
        ...(Object.fromEntries(VERDICTS.map((v) => [v, 0])) as RunRecord['verdicts']),
        delivered: 44_000,
      },
      delayMs: record.delayMs,
    },
    notes: ['A note of <i>the driver</i>.'],
  };
  return run;
}

/** Writes the files of a run into `dir`, which it makes. */
export function writeFixtureRun(dir: string, run: FixtureRun): void {
  mkdirSync(dir, { recursive: true });
  const lines = (rows: object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  writeFileSync(join(dir, 'run.json'), JSON.stringify(run.record));
  writeFileSync(join(dir, 'map.json'), JSON.stringify(run.map));
  writeFileSync(join(dir, 'alerts.jsonl'), lines(run.alerts));
  writeFileSync(join(dir, 'faults.jsonl'), lines(run.faults));
  writeFileSync(join(dir, 'checkpoints.jsonl'), lines(run.checkpoints));
}

// --- internal ---

function mapAgency(id: string, index: number, random: () => number): MapFile['agencies'][number] {
  const side = 60_000;
  const x0 = index * 70_000;
  const box = { x0, y0: 0, x1: x0 + side, y1: side };
  const blocks: number[][] = [];
  for (let row = 0; row < 24; row++) {
    for (let column = 0; column < 24; column++) {
      const middle = Math.max(Math.abs(row - 12), Math.abs(column - 12));
      const density = middle < 4 ? 0 : middle < 9 ? 1 : 2;
      if (density === 2 && random() < 0.6) continue;
      const [x, y] = [x0 + column * 2500, row * 2500];
      blocks.push([x, y, x + 2500, y, density], [x, y, x, y + 2500, density]);
    }
  }
  const near = () => side * (0.5 + (random() + random() + random() - 1.5) / 3);
  const incidents = Array.from({ length: 700 }, (_, i) => [
    Math.round(x0 + near()),
    Math.round(near()),
    i * 14,
    random() < 0.75 ? 1 : 0,
    -1,
  ]);
  const appUsers = Array.from({ length: 1500 }, () => [Math.round(x0 + near()), Math.round(near())]);
  return { id, name: `Synthetic Police Department ${id.slice(3)}`, box, blocks, incidents, appUsers };
}

/** Exact enough for a fixture: the interval's half-width is the normal one. */
function rate(wrong: number, n: number): Rate {
  if (n === 0) return { value: null, n, low: null, high: null };
  const value = wrong / n;
  const half = 1.96 * Math.sqrt((value * (1 - value)) / n);
  return { value, n, low: Math.max(0, value - half), high: Math.min(1, value + half) };
}

function quantiles(count: number, p50: number): Quantiles {
  return { count, p50, p90: p50 * 3, p99: p50 * 8, max: p50 * 11 };
}

function recordOf(
  ids: string[],
  days: number,
  alerts: AlertLine[],
  faults: FaultLine[],
  random: () => number,
): RunRecord {
  const n = alerts.length;
  const truth = Object.fromEntries(TRUTHS.map((t) => [t, alerts.filter((a) => a.truth === t).length])) as Record<
    Truth,
    number
  >;
  const truthByDelivery = Object.fromEntries(
    TRUTHS.map((t) => [t, alerts.filter((a) => a.truth === t).reduce((sum, a) => sum + a.audience, 0)]),
  ) as Record<Truth, number>;
  const deliveries = alerts.reduce((sum, a) => sum + a.audience, 0);
  const wrongOf = (some: AlertLine[]) => rate(some.filter((a) => a.truth !== 'founded').length, some.length);
  const stageP50 = [2 * MINUTE_MS, 6 * SECOND_MS, 90 * SECOND_MS, 9 * MINUTE_MS, 0, 4 * MINUTE_MS, 21 * MINUTE_MS];
  const hash = 'c0ffee0123456789c0ffee0123456789c0ffee0123456789c0ffee0123456789';
  return {
    schema: RUN_SCHEMA,
    id: 'city-7',
    partial: false,
    seed: 7,
    scenario: {
      name: 'city',
      options: { durationDays: days, policy: { alerts: 'on', householdsMin: 5 }, note: '<b>&</b>' },
    },
    command: 'hundredblock simulate city --seed 7',
    code: { version: '0.1.0', gitCommit: '0123456789abcdef0123456789abcdef01234567', gitDirty: false },
    host: { node: '20.20.2', platform: 'linux', arch: 'x64', cpus: 2, memoryMiB: 7936, workers: 2 },
    startedAt: '2026-06-01T09:00:00Z',
    simulated: { startMs: START_MS, endMs: START_MS + days * DAY_MS },
    historyHash: hash,
    agencies: ids.map((id, i) => ({
      id,
      name: `Synthetic Police Department ${id.slice(3)}`,
      feeds: [FEEDS[i % 3]],
      population: 50_000,
      historyHash: hash,
      events: 31_000 + i,
      daily: Array.from({ length: days }, () => ({
        incidents: 90,
        calls: 120,
        cadMessages: 410,
        alerts: Math.floor(n / ids.length / days),
      })),
    })),
    counts: {
      population: 50_000 * ids.length,
      households: 20_000 * ids.length,
      doorbells: 4000 * ids.length,
      appUsers: 1500 * ids.length,
      agencies: ids.length,
      incidents: 90 * days * ids.length,
      calls: 120 * days * ids.length,
      cadRecords: 88 * days * ids.length,
      cadMessages: 410 * days * ids.length,
      motions: 60_000 * days * ids.length,
      posts: 31,
      alerts: n,
      updates: 4,
      cancels: 9,
      deliveries: deliveries + 1100,
    },
    truth,
    truthByDelivery,
    verdicts: {
      ...(Object.fromEntries(VERDICTS.map((v) => [v, 0])) as RunRecord['verdicts']),
      delivered: deliveries,
      lost: 3,
    },
    duty: { alerts: n + 1, deliveries: deliveries + 3, alertsNeverSent: 1 },
    falseAlertRate: wrongOf(alerts),
    falseAlerts: {
      byAgency: ids.map((id) => ({ key: id, rate: wrongOf(alerts.filter((a) => a.agency === id)) })),
      byCategory: CATEGORIES.slice(0, 8).map((key) => ({
        key,
        rate: wrongOf(key === 'hostage' ? [] : alerts.filter((a) => a.category === key)),
      })),
      byFeedKind: FEED_KINDS.map((key) => ({ key, rate: wrongOf(alerts.filter((a) => a.feedKind === key)) })),
      byDelivery: rate(deliveries - truthByDelivery.founded, deliveries),
      afterCorrections: rate(Math.floor((n - truth.founded) / 2), n),
      correctionMs: quantiles(9, 12 * MINUTE_MS),
    },
    delayMs: Object.fromEntries(DELAY_STAGES.map((stage, i) => [stage, quantiles(n, stageP50[i])])),
    police: {
      units: 36,
      utilisation: 0.3127,
      responseMs: Object.fromEntries(
        ['1', '2', '3', '4'].map((p, i) => [p, quantiles(400 * (i + 1), (6 + 5 * i) * MINUTE_MS)]),
      ),
      queueMs: Object.fromEntries(['1', '2', '3', '4'].map((p, i) => [p, quantiles(400 * (i + 1), i * 2 * MINUTE_MS)])),
      callsWaitingMean: 0.41,
      callsWaitingMax: 11,
      unitHours: { total: 1891.2, selfInitiated: 702.4, unfounded: 231.9, alertInduced: 3.6 },
      callTakers: {
        positions: 12,
        answerMs: quantiles(120 * days * ids.length, 3 * SECOND_MS),
        answeredWithin15sShare: 0.934,
        answeredWithin20sShare: 0.948,
        abandoned: 21,
        redials: 14,
      },
      hourly: Array.from({ length: days * 24 }, (_, hour) => {
        const wave = 0.5 - 0.5 * Math.cos(((hour % 24) / 24) * 2 * Math.PI);
        return {
          utilisation: 0.12 + 0.4 * wave * (0.7 + 0.6 * random()),
          waiting: 1.4 * wave * random(),
          calls: Math.floor(5 + 14 * wave + 6 * random()),
        };
      }),
    },
    policeWork: {
      unitHours: {
        onDuty: 6048,
        founded: 956.9,
        unfounded: 231.9,
        selfInitiated: 702.4,
        alertInduced: 3.6,
        breaks: 371.5,
        overrun: 61.2,
        lent: 1.7,
      },
      jobs: { requested: 4100, cancelled: 190, escalated: 41, byPhone: 17, preempted: 5 },
      aid: { lent: 2, refused: 1 },
      selfInitiated: { started: 2410, missed: 33, yielded: 28 },
      breaks: { due: 756, taken: 741, brokenOff: 4, missed: 9 },
      overruns: 120,
      callTakers: {
        hoursOnDuty: 2016,
        utilisation: 0.118,
        offered: 5051,
        answered: 5030,
        overflowed: 88,
        overflowRefused: 6,
        abandonedShare: 0.0042,
      },
    },
    loop: {
      inducedCalls: 8,
      inducedIncidents: 7,
      branchingRatio: 0.0032,
      reactions: { ignored: 41_200, opened: 1900, muted: 21, quit: 4, posted: 31, called: 8 },
    },
    privacy: {
      framesScanned: deliveries + 1100,
      leaks: [{ egress: 'review', kind: 'name', count: 2 }],
      leaksPerMillionFrames: 0,
      review: { texts: 140, words: 5230, blanked: 611 },
      householdsPerPlace: { min: 5, p10: 9, p50: 31, max: 840 },
      placeKinds: { block: n, area: 3 },
    },
    newsroom: { tickets: 140, approved: n, rejected: 12, queueMax: 4 },
    receipts: { accepted: 8000, duplicate: 240, superseded: 31, rejected: 12 },
    suppressed: { 'not-eligible': 1600, 'not-community': 120, cancelled: 31, 'too-old': 22, 'same-event': 9 },
    withheld: {},
    faults: Object.fromEntries(
      FAULT_KINDS.map((kind) => {
        const count = faults.filter((f) => f.kind === kind).length;
        return [kind, { injected: count, accounted: count }];
      }),
    ),
    gates: [
      { name: 'lost', limit: 0, found: 3, ok: false },
      { name: 'leaked', limit: 0, found: 0, ok: true },
      { name: 'unaccountedFaults', limit: 0, found: 0, ok: true },
    ],
    violations: Array.from({ length: 3 }, (_, i) => ({
      verdict: 'lost',
      incidents: alerts[i]?.incidents ?? '',
      detail: 'never-seen',
      resident: 4111 + i,
    })),
    events: { total: 1_360_000, withoutMotions: 101_000 },
    wallMs: 21_400,
    eventsPerSecond: 4719,
    maxRssMiB: 311,
  };
}
