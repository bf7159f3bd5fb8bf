/** Turns a recorded sample of what k6's scripts wrote, in one small run of two instances, into observations. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RowReceipt } from '../../../contract/pipeline.ts';
import type { DeliveryLine, DriverSummary, FrameLine, SendLine, TraceInput } from '../../../contract/trace.ts';
import type { LogLine } from './scripts/log-lines.ts';
import { FROM_MS, writeTrace } from '../node/trace.testing.ts';
import { openTrace } from '../../trace/read.ts';
import { isK6Output, observationsOf } from './observations.ts';

const T0 = FROM_MS + 5_000_000;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hundredblock-k6-'));
  mkdirSync(join(folder, 'k6'));
  writeTrace(join(folder, 'trace'), { preamble: PREAMBLE, window: WINDOW, windowMs: 10_000 });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const PREAMBLE: TraceInput[] = [
  { atMs: FROM_MS - 1, kind: 'connect', resident: 1 },
  { atMs: FROM_MS - 1, kind: 'connect', resident: 2 },
  { atMs: FROM_MS - 1, kind: 'attach', doorbell: 5 },
];
const WINDOW: TraceInput[] = [
  { atMs: FROM_MS + 1000, kind: 'post', postId: 'p-1', resident: 1, text: 'a text' },
  { atMs: FROM_MS + 2000, kind: 'cad', agency: 'pd-000', dialect: 'eido', messageId: 'm-1', body: '{}' },
  { atMs: FROM_MS + 3000, kind: 'motion', doorbell: 5 },
  { atMs: FROM_MS + 4000, kind: 'motion', doorbell: 5 },
];

async function start(segment = '0:1 of 1', originWallMs = T0): Promise<LogLine> {
  const { sha256 } = await openTrace(join(folder, 'trace'));
  const clock = { originWallMs, originMs: FROM_MS, speed: 10 };
  const notes = ['a note of the script'];
  return {
    line: 'start',
    script: 'city',
    traceSha256: sha256,
    target: 'http://127.0.0.1:1',
    clock,
    platformClock: true,
    segment,
    notes,
  };
}

/** The first instance: resident 1, the post and the agency; the second: resident 2 and the doorbell. */
async function twoInstances(): Promise<[LogLine[], LogLine[]]> {
  const rows: RowReceipt[] = [{ row: 0, outcome: 'rejected', code: 'unreadable' }];
  return [
    [
      await start('0:1 of 2'),
      { line: 'sends', sends: [[0, T0 - 900, null, T0 - 899, T0 - 880, 101, 1, null, null]] },
      { line: 'connections', connections: [[1, T0 - 880, 'open', null, 0, false]] },
      { line: 'connected', part: 7, of: 'residents', open: 1, ms: [20] },
      { line: 'sends', sends: [[3, T0 + 100, 1.5, T0 + 102, T0 + 110, 202, 2, null, null]] },
      { line: 'sends', sends: [[4, T0 + 200, 0, T0 + 200, null, 422, 1, 'rejected', rows]] },
      { line: 'frames', part: 7, frames: [[0, 'post', '{"postId":"p-1"}']] },
      { line: 'deliveries', part: 7, deliveries: [[1, 1, 0, T0 + 120.25]] },
      { line: 'end', part: 7, dropped: 3, gaps: 1, unreadable: 0 },
    ],
    [
      await start('1:2 of 2', T0 + 0.4),
      { line: 'sends', sends: [[1, T0 - 800, null, T0 - 799, T0 + 50, 101, 1, null, null]] },
      { line: 'connected', part: 7, of: 'residents', open: 1, ms: [850] },
      { line: 'sends', sends: [[2, T0 - 700, null, T0 - 699, T0 - 690, 0, 1, null, null]] },
      { line: 'sends', sends: [[5, T0 + 300, 4, T0 + 304, T0 + 310, 0, 1, null, null]] },
      {
        line: 'frames',
        part: 7,
        frames: [
          [0, 'alert', '{"a":1}'],
          [1, 'post', '{"postId":"p-1"}'],
        ],
      },
      {
        line: 'deliveries',
        part: 7,
        deliveries: [
          [2, 1, 1, T0 + 121],
          [2, 2, 0, T0 + 400],
        ],
      },
      { line: 'connections', connections: [[2, T0 + 500, 'closed', 1006, 2, false]] },
      { line: 'end', part: 7, dropped: 0, gaps: 0, unreadable: 0 },
    ],
  ];
}

function write(name: string, lines: readonly LogLine[]): void {
  writeFileSync(join(folder, 'k6', name), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}

async function convert(): Promise<DriverSummary> {
  return observationsOf(join(folder, 'k6'), await openTrace(join(folder, 'trace')), join(folder, 'wire'));
}

function read<T>(name: string): T[] {
  const lines = readFileSync(join(folder, 'wire', name), 'utf8')
    .split('\n')
    .slice(0, -1);
  return lines.map((line) => JSON.parse(line) as T);
}

describe('the output of two instances', () => {
  it('becomes the observations of one driver', async () => {
    const [first, second] = await twoInstances();
    write('k6-1.out', first);
    write('k6-2.out', second);
    expect(isK6Output(join(folder, 'k6'))).toBe(true);
    const summary = await convert();
    expect(summary).toMatchObject({
      driver: 'k6, city.ts',
      clock: { originWallMs: T0, originMs: FROM_MS, speed: 10 },
      // Resident 2 was connected 50 ms after the window had opened.
      connected: { residents: 1, doorbells: 1, refused: 0, rampMs: 950 },
      generatorLagMs: { count: 3, max: expect.closeTo(4, 1) },
      connectMs: { count: 2 },
      stopped: null,
      notes: [
        'a note of the script',
        '3 observations beyond the bound were counted, not kept',
        'the target told 1 times that messages are no longer kept',
      ],
    });
    const sends = read<SendLine>('sends.jsonl');
    expect(sends.map(({ input, status, tries, failure }) => [input, status, tries, failure])).toEqual([
      [0, 101, 1, null],
      [1, 101, 1, null],
      [2, 0, 1, null],
      [3, 202, 2, null],
      [4, 422, 1, 'rejected'],
      [5, 0, 1, null],
      // Nobody told of it: it was never sent.
      [6, null, 0, 'stopped'],
    ]);
    expect(sends[4].rows).toEqual([{ row: 0, outcome: 'rejected', code: 'unreadable' }]);
    expect(sends[6]).toMatchObject({ sentMs: null, intendedMs: T0 + 400 });
    const frames = read<FrameLine>('frames.jsonl');
    expect(frames.map(({ text }) => text)).toEqual(['{"postId":"p-1"}', '{"a":1}']);
    expect(read<DeliveryLine>('deliveries.jsonl')).toEqual([
      [1, 1, 0, T0 + 120.25],
      [2, 1, 0, T0 + 121],
      [2, 2, 1, T0 + 400],
    ]);
    expect(read('connections.jsonl')).toHaveLength(2);
  });

  it('tells of inputs that two of them sent', async () => {
    const [first] = await twoInstances();
    write('k6-1.out', first);
    write('k6-2.out', first);
    expect((await convert()).notes).toContain('3 inputs were sent by two instances');
  });

  it('is partial if a VU never told the rest', async () => {
    const [first, second] = await twoInstances();
    write('k6-1.out', first);
    write('k6-2.out', second.slice(0, -1));
    expect((await convert()).stopped).toBe('k6 ended before 1 of its VUs had told all that they saw');
  });
});

describe('output that is refused', () => {
  it('is of another trace', async () => {
    write('k6.out', [{ ...(await start()), traceSha256: 'f'.repeat(64) } as LogLine]);
    await expect(convert()).rejects.toThrow(
      /k6\*\.out: expected output of the trace [0-9a-f]{12}\.\.\., found of another/,
    );
  });

  it('is of several runs', async () => {
    write('k6-1.out', [await start('0:1 of 2')]);
    write('k6-2.out', [await start('1:2 of 2', T0 + 60_000)]);
    await expect(convert()).rejects.toThrow('found of several');
  });

  it.each([
    ['nothing of it', 'k6.out', ''],
    ['text', 'k6.out', 'level=info msg="..."\n'],
    ['other JSON', 'k6.out', '[1]\n'],
    ['a line of another shape', 'k6.out', '{"line":"sends"}\n'],
    ['a delivery without its text', 'k6.out', '{"line":"deliveries","part":1,"deliveries":[[1,1,0,1]]}\n'],
  ])('is %s', async (_what, name, text) => {
    writeFileSync(join(folder, 'k6', name), text);
    await expect(convert()).rejects.toThrow(expect.objectContaining({ code: 'HB_TRACE' }));
  });
});
