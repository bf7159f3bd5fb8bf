/** docs/reference/trace.md must suffice to write a driver: it names every kind of input, every field and every file. The compiler keeps these lists complete. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { PreferenceChange } from '../../contract/roster.ts';
import type { RunRecord } from '../../contract/record/run-record.ts';
import {
  TRACE_SCHEMA,
  TraceHeaderSchema,
  type ConnectionLine,
  type DriverSummary,
  type FrameLine,
  type SendLine,
  type TraceInput,
  type TraceInputKind,
  type TruthLine,
} from '../../contract/trace.ts';
import type { ShardResult } from '../engine/shard-result.ts';
import { FILES, HEADER_FILE } from './trace-file.ts';

const text = readFileSync(new URL('../../docs/reference/trace.md', import.meta.url), 'utf8');

type Names<T> = Record<Exclude<keyof T, 'atMs' | 'kind'>, true>;

const INPUTS: { [K in TraceInputKind]: Names<Extract<TraceInput, { kind: K }>> } = {
  cad: { agency: true, dialect: true, messageId: true, records: true, body: true },
  snapshot: { agency: true, messageId: true, polledMs: true, body: true },
  preference: { change: true },
  post: { postId: true, resident: true, text: true },
  review: { ticket: true, decision: true },
  motion: { doorbell: true },
  clip: { doorbell: true, clipId: true, durationMs: true },
  heartbeat: { doorbell: true, batteryPercent: true },
  connect: { resident: true },
  disconnect: { resident: true },
  attach: { doorbell: true },
  detach: { doorbell: true },
};
const CHANGE: Record<keyof PreferenceChange, true> = {
  resident: true,
  radiusDm: true,
  categories: true,
  muted: true,
  quit: true,
};
const TRUTH: { [L in TruthLine['line']]: Record<Exclude<keyof Extract<TruthLine, { line: L }>, 'line'>, true> } = {
  manifest: { manifest: true, changedMs: true, publishedMs: true },
  private: { agency: true, recordId: true, carrier: true, strings: true },
  record: { agency: true, recordId: true, incident: true },
  fault: { agency: true, kind: true, atMs: true, messageId: true, detail: true, messages: true },
};
const SEND: Record<keyof SendLine, true> = {
  input: true,
  intendedMs: true,
  sentMs: true,
  answeredMs: true,
  status: true,
  tries: true,
  failure: true,
  rows: true,
};
const CONNECTION: Record<keyof ConnectionLine, true> = {
  resident: true,
  atMs: true,
  event: true,
  code: true,
  sequence: true,
  intended: true,
};
const FRAME: Record<keyof FrameLine, true> = { frame: true, type: true, text: true };
const DRIVER: Record<keyof DriverSummary, true> = {
  driver: true,
  target: true,
  platformClock: true,
  connected: true,
  generator: true,
  targetProcess: true,
  shed: true,
  notes: true,
  traceSha256: true,
  clock: true,
  generatorLagMs: true,
  connectMs: true,
  stopped: true,
  seconds: true,
};
const INSIDE: Record<
  | keyof NonNullable<RunRecord['load']>['generator']
  | keyof NonNullable<RunRecord['load']>['connected']
  | keyof NonNullable<RunRecord['generatorLagMs']>
  | keyof DriverSummary['clock']
  | keyof DriverSummary['seconds'][number],
  true
> = {
  cpuShare: true,
  eventLoopDelayMs: true,
  rssMiB: true,
  memoryPerResidentKiB: true,
  residents: true,
  doorbells: true,
  refused: true,
  rampMs: true,
  count: true,
  p50: true,
  p90: true,
  p99: true,
  p999: true,
  max: true,
  originWallMs: true,
  originMs: true,
  speed: true,
  second: true,
  lagMaxMs: true,
  generatorCpu: true,
  targetCpu: true,
};
const WORLD: Record<keyof ShardResult, true> = {
  index: true,
  id: true,
  name: true,
  feeds: true,
  population: true,
  households: true,
  doorbells: true,
  appUsers: true,
  historyHash: true,
  events: true,
  motions: true,
  daily: true,
  checkpoints: true,
  incidents: true,
  calls: true,
  inducedCalls: true,
  inducedIncidents: true,
  posts: true,
  hourlyCalls: true,
  cadRecords: true,
  cadMessages: true,
  judgement: true,
  faults: true,
  receipts: true,
  delays: true,
  police: true,
  centre: true,
  newsroom: true,
  reactions: true,
  video: true,
  dailyLoop: true,
  loopStoppedMs: true,
  ledger: true,
  map: true,
  radii: true,
};

/** The text from this heading to the next one of its rank. */
function section(heading: string): string {
  const at = text.indexOf(`\n## ${heading}`);
  expect(at, heading).toBeGreaterThan(0);
  const end = text.indexOf('\n## ', at + 1);
  return text.slice(at, end < 0 ? undefined : end);
}

/** The row of a table whose first cell names `first`. */
function row(part: string, first: string): string {
  const found = part.split('\n').find((line) => line.startsWith('| ') && line.split('|')[1].includes(`\`${first}\``));
  return found ?? '';
}

function missing(part: string, names: object): string[] {
  return Object.keys(names).filter((name) => !part.includes(`\`${name}\``));
}

describe('docs/reference/trace.md', () => {
  it('names the version and every file', () => {
    expect(section('Files')).toContain(`\`${TRACE_SCHEMA}\``);
    for (const file of [HEADER_FILE, ...Object.values(FILES)]) expect(row(section('Files'), file), file).not.toBe('');
    expect(
      missing(section('Observations'), {
        'sends.jsonl': 1,
        'frames.jsonl': 1,
        'deliveries.jsonl': 1,
        'connections.jsonl': 1,
        'driver.json': 1,
      }),
    ).toEqual([]);
  });

  it('names every kind of input with its fields', () => {
    const part = section('Inputs, `inputs.jsonl`');
    for (const [kind, fields] of Object.entries(INPUTS)) {
      expect(row(part, kind), kind).not.toBe('');
      expect(missing(row(part, kind), fields), kind).toEqual([]);
    }
    expect(missing(row(part, 'preference'), CHANGE)).toEqual([]);
  });

  it('names every field of the header, of the truth and of the world', () => {
    const header = section('The header, `trace.json`');
    for (const name of Object.keys(TraceHeaderSchema.properties)) expect(row(header, name), name).not.toBe('');
    const truth = section('The truth, for judges');
    for (const [line, fields] of Object.entries(TRUTH)) expect(missing(row(truth, line), fields), line).toEqual([]);
    expect(missing(truth, WORLD)).toEqual([]);
  });

  it('names every field of the files that a driver writes', () => {
    const part = section('Observations');
    const [before, driver] = part.split('\n`driver.json`');
    const [sends, connections] = before.split('\n`connections.jsonl`');
    for (const name of Object.keys(SEND)) expect(row(sends, name), name).not.toBe('');
    for (const name of Object.keys(CONNECTION)) expect(row(connections, name), name).not.toBe('');
    for (const name of Object.keys(DRIVER)) expect(row(driver, name), name).not.toBe('');
    expect(missing(sends, FRAME)).toEqual([]);
    expect(missing(driver, INSIDE)).toEqual([]);
  });
});
