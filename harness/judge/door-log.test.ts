import { describe, expect, it } from 'vitest';
import type { RowReceipt } from '../../contract/pipeline.ts';
import type { SendLine, TraceInput } from '../../contract/trace.ts';
import type { Trace, TraceTruth } from '../trace/trace-api.ts';
import { readDoorLog, type DoorLog } from './door-log.ts';
import type { SendColumns } from './observations.ts';

const FROM_MS = 1_780_275_600_000;
/** A second of the wall is a minute of the platform. */
const CLOCK = { originWallMs: 1000, originMs: FROM_MS, speed: 60 };
const ROWS: RowReceipt[] = [{ row: 0, outcome: 'accepted', code: null }];

type SendSpec = { input: TraceInput } & Partial<Omit<SendLine, 'input'>>;

function cad(agency = 'pd-000'): TraceInput {
  return { atMs: FROM_MS, kind: 'cad', agency, dialect: 'tampa', messageId: 'm', body: 'x'.repeat(50) };
}
const SNAPSHOT: TraceInput = {
  atMs: FROM_MS,
  kind: 'snapshot',
  agency: 'pd-001',
  messageId: 's',
  polledMs: 0,
  body: '',
};

/** The log of a trace whose inputs were sent as specified: each at its wall time and acknowledged 5 ms later, unless its spec says otherwise. */
async function logOf(specs: SendSpec[], preamble = 0): Promise<DoorLog> {
  const trace = {
    header: { preamble, fromMs: FROM_MS, untilMs: FROM_MS + 60 * (END_MS - CLOCK.originWallMs) },
    onboarding: { bodyLengthMax: 100 },
    async *inputs() {
      for (const [line, { input }] of specs.entries()) yield { line, input };
    },
  } as unknown as Trace;
  const truth = { manifest: () => null } as unknown as TraceTruth;
  const send = (line: number): SendLine => {
    const intendedMs = specs[line].intendedMs ?? 2000 + 100 * line;
    const sentMs = intendedMs + 1;
    const rows = specs[line].input.kind === 'cad' ? ROWS : null;
    const plain = {
      input: line,
      intendedMs,
      sentMs,
      answeredMs: sentMs + 5,
      status: 202,
      tries: 1,
      failure: null,
      rows,
    };
    const { input: _input, ...changes } = specs[line];
    return { ...plain, ...changes };
  };
  const sends: SendColumns = {
    has: (line) => specs[line].tries !== 0,
    intendedMs: (line) => send(line).intendedMs,
    sentMs: (line) => send(line).sentMs ?? NaN,
    answeredMs: (line) => send(line).answeredMs ?? NaN,
    status: (line) => send(line).status,
    tries: (line) => send(line).tries,
    failure: (line) => send(line).failure,
    rows: (line) => send(line).rows,
  };
  return readDoorLog({ trace, truth, sends, clock: CLOCK, graceMs: GRACE_MS, onInput: () => {} });
}

const GRACE_MS = 100;
const END_MS = 9000;
const NEVER_POLLED = { sentMs: null, answeredMs: null, status: null, failure: 'never-polled' };

/** Line, wall time and arrival of each event. */
function arrivals(log: DoorLog): unknown[] {
  return log.events.map(({ line, wallMs, arrival }) => [line, wallMs, arrival]);
}

describe('an input', () => {
  it("arrives when it is sent, on the platform's clock, and its lateness counts from when it was meant", async () => {
    const log = await logOf([{ input: cad(), intendedMs: 2000, sentMs: 5000 }]);
    expect(log.events).toMatchObject([{ atMs: FROM_MS + 240_000, arrival: { meantMs: FROM_MS + 60_000 } }]);
  });

  it("of the preamble arrives while the platform's clock stands just before the window", async () => {
    const log = await logOf([{ input: cad(), intendedMs: 10 }, { input: cad() }], 1);
    expect(log.events.map(({ atMs, arrival }) => [atMs, arrival.exact])).toEqual([
      [FROM_MS - 1, true],
      [FROM_MS + 66_060, undefined],
    ]);
    expect(log.counts).toEqual({ cad: { meant: 1, sent: 1, acknowledged: 1 } });
  });

  it.each<[string, Omit<SendSpec, 'input'>, 'taken' | 'unsure' | 'refused' | 'nothing']>([
    ['acknowledged', {}, 'taken'],
    ['read and rejected', { status: 422, failure: 'rejected' }, 'taken'],
    ['refused for good', { status: 503, answeredMs: null, failure: 'overloaded', rows: null }, 'refused'],
    ['found too large', { status: 413, answeredMs: null, failure: 'too-large', rows: null }, 'refused'],
    ['never answered', { status: null, answeredMs: null, failure: 'timeout', rows: null }, 'unsure'],
    [
      'cut off after a refusal',
      { status: 503, answeredMs: null, failure: 'connection', rows: null, tries: 2 },
      'unsure',
    ],
    ['never sent', { sentMs: null, status: null, answeredMs: null, failure: 'connection', rows: null }, 'refused'],
    [
      'under way when the run was stopped',
      { answeredMs: null, status: null, failure: 'stopped', rows: null },
      'unsure',
    ],
    ['not yet sent then', { sentMs: null, answeredMs: null, status: null, failure: 'stopped', rows: null }, 'nothing'],
    ['not yet taken up then', { tries: 0 }, 'nothing'],
  ])('is known by its send line if it was %s', async (_, changes, fate) => {
    const log = await logOf([{ input: cad(), ...changes }]);
    const found = log.events.map((e) => (e.arrival.unsure === true ? 'unsure' : 'taken'));
    expect([...found, ...log.refusals.map(() => 'refused')]).toEqual(fate === 'nothing' ? [] : [fate]);
  });

  it('of a portal has no receipt, and is a refusal if the poll never came', async () => {
    const log = await logOf([{ input: SNAPSHOT }, { input: SNAPSHOT, intendedMs: 3000, ...NEVER_POLLED }]);
    expect(arrivals(log)).toEqual([[0, 2001, { meantMs: FROM_MS + 60_000, withoutReceipt: true }]]);
    expect(log.refusals.map(({ agency, reason }) => [agency, reason])).toEqual([['pd-001', 'never-polled']]);
  });

  it.each([
    [GRACE_MS, 0],
    [GRACE_MS + 1, 1],
  ])('whose poll never came, %d ms before the next, gives %d refusals', async (apartMs, refusals) => {
    const log = await logOf([
      { input: SNAPSHOT, intendedMs: 2000, ...NEVER_POLLED },
      { input: SNAPSHOT, intendedMs: 2000 + apartMs, sentMs: 2000 + apartMs },
    ]);
    expect(log.events).toHaveLength(1);
    expect(log.refusals).toHaveLength(refusals);
  });

  it.each([
    [GRACE_MS, 0],
    [GRACE_MS + 1, 1],
  ])('whose poll never came, %d ms before the end, gives %d refusals', async (beforeMs, refusals) => {
    const log = await logOf([{ input: SNAPSHOT, intendedMs: END_MS - beforeMs, ...NEVER_POLLED }]);
    expect(log.refusals).toHaveLength(refusals);
  });
});

describe('a message that took several attempts', () => {
  it('arrives after those that were answered before it, and before its own answer', async () => {
    const log = await logOf([
      { input: cad(), intendedMs: 2000, sentMs: 2000, answeredMs: 4000, tries: 3 },
      { input: cad(), intendedMs: 2500, sentMs: 2500, answeredMs: 2510 },
      { input: cad(), intendedMs: 3000, sentMs: 3000, answeredMs: 4010 },
      { input: cad('pd-001'), intendedMs: 3900, sentMs: 3900, answeredMs: 3910 },
    ]);
    expect(arrivals(log)).toEqual([
      [1, 2500, { meantMs: FROM_MS + 90_000 }],
      [0, 2500, { meantMs: FROM_MS + 60_000, spreadMs: 90_000 }],
      [2, 3000, { meantMs: FROM_MS + 120_000 }],
      [3, 3900, { meantMs: FROM_MS + 174_000 }],
    ]);
    expect([log.retries, log.failures]).toEqual([2, { retried: 1 }]);
  });
});

describe('residents', () => {
  it('go online and offline when the driver takes their inputs up', async () => {
    const log = await logOf([
      { input: { atMs: FROM_MS, kind: 'connect', resident: 7 }, intendedMs: 2000 },
      { input: { atMs: FROM_MS, kind: 'disconnect', resident: 7 }, intendedMs: 3000, sentMs: null },
      { input: { atMs: FROM_MS, kind: 'connect', resident: 7 }, sentMs: null, failure: 'stopped' },
    ]);
    expect(log.presence).toEqual([
      { resident: 7, online: true, wallMs: 2001 },
      { resident: 7, online: false, wallMs: 3000 },
    ]);
  });
});
