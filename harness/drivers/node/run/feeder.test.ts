import { describe, expect, test, vi } from 'vitest';
import type { TraceInput } from '../../../../contract/trace.ts';
import type { Trace } from '../../../trace/trace-api.ts';
import { chunkWeight, type Chunk } from '../thread/chunk.ts';
import { createEncoder } from '../sender/encode.ts';
import type { InputTaker } from '../thread/thread-handle.ts';
import { Feeder } from './feeder.ts';

const AHEAD_MAX = 200_000;

function start(preamble: TraceInput[], window: TraceInput[], inputs?: Trace['inputs']) {
  const onboarding = { credentialSecret: 'a secret of a town', agencies: [{ id: 'pd-000' }] };
  const trace = {
    header: { preamble: preamble.length },
    inputs:
      inputs ??
      async function* () {
        for (const [line, input] of [...preamble, ...window].entries()) yield { line, input };
      },
  } as unknown as Trace;
  const encoder = createEncoder(onboarding as never, { host: '127.0.0.1', port: 1 }, () => false);
  const given: { thread: number; kind: string; chunk: Chunk }[] = [];
  const threads: InputTaker[] = (['sender', 'doorbells', 'residents', 'residents'] as const).map((role, thread) => ({
    role,
    handed: 0,
    give: (kind, chunk) => void given.push({ thread, kind, chunk }),
  }));
  return { feeder: new Feeder(trace, encoder, threads, AHEAD_MAX), threads, given };
}

const cad = (n: number): TraceInput => ({
  atMs: n,
  kind: 'cad',
  agency: 'pd-000',
  dialect: 'sf',
  messageId: `m${n}`,
  body: 'x'.repeat(1000),
});
const lines = (given: readonly { thread: number; chunk: Chunk }[], thread: number): number[] =>
  given.filter((one) => one.thread === thread).flatMap(({ chunk }) => [...chunk.line]);

describe('reading ahead', () => {
  test('is bounded, goes on when inputs were sent, and keeps their order', async () => {
    // Few inputs are connections: their chunk is never full.
    const window: TraceInput[] = Array.from({ length: 2000 }, (_, n) =>
      n % 700 === 5 ? { atMs: n, kind: 'connect', resident: n } : cad(n),
    );
    const { feeder, given } = start([], window);
    let done = false;
    const fed = feeder.window().then(() => (done = true));
    let consumed = 0;
    let most = 0;
    while (!done) {
      await vi.waitFor(() => expect(done || given.length > consumed).toBe(true));
      await new Promise((resolve) => setTimeout(resolve, 1));
      most = Math.max(
        most,
        given.slice(consumed).reduce((sum, { chunk }) => sum + chunkWeight(chunk), 0),
      );
      const one = given[consumed];
      if (one === undefined) break;
      consumed += 1;
      feeder.consumed(chunkWeight(one.chunk));
    }
    await fed;
    expect(most).toBeGreaterThan(AHEAD_MAX / 2);
    expect(most).toBeLessThan(AHEAD_MAX + 2000);
    expect(lines(given, 0)).toEqual(window.flatMap(({ kind }, n) => (kind === 'cad' ? [n] : [])));
    expect([...lines(given, 2), ...lines(given, 3)].sort((a, b) => a - b)).toEqual([5, 705, 1405]);
    // The connection of line 5 is handed over long before its chunk is full: it waits no longer than the bound says.
    const at = (line: number): number => given.findIndex(({ chunk }) => chunk.line.includes(line));
    expect(at(5)).toBeLessThan(at(400));
    expect(feeder).toMatchObject({ primed: true, done: true });
  });

  test('of a trace that is still being written hands out all there is whenever it waits for more', async () => {
    let more: () => void = () => {};
    async function* inputs(paused: () => void): AsyncGenerator<{ line: number; input: TraceInput }> {
      yield { line: 0, input: cad(0) };
      paused();
      await new Promise<void>((resolve) => (more = resolve));
      yield { line: 1, input: cad(1) };
    }
    const { feeder, given } = start([], [], inputs as Trace['inputs']);
    const fed = feeder.window();
    await vi.waitFor(() => expect(feeder.primed).toBe(true));
    expect(lines(given, 0)).toEqual([0]);
    expect(feeder.done).toBe(false);
    more();
    await fed;
    expect(lines(given, 0)).toEqual([0, 1]);
    expect(feeder.done).toBe(true);
  });

  test('gives each resident to the same thread, and connections of the preamble apart', async () => {
    const preamble: TraceInput[] = [
      cad(0),
      ...[4, 5, 6].map((resident): TraceInput => ({ atMs: 0, kind: 'connect', resident })),
      { atMs: 0, kind: 'attach', doorbell: 9 },
    ];
    const window: TraceInput[] = [
      { atMs: 1, kind: 'disconnect', resident: 5 },
      { atMs: 2, kind: 'motion', doorbell: 9 },
    ];
    const { feeder, given, threads } = start(preamble, window);
    const ramps = await feeder.preamble();
    expect(given.map(({ thread, kind }) => [thread, kind])).toEqual([[0, 'preamble']]);
    expect(ramps.map(({ thread, inputs, chunk }) => [thread, inputs, [...chunk.who]])).toEqual([
      [1, 1, [9]],
      [2, 2, [4, 6]],
      [3, 1, [5]],
    ]);
    await feeder.window();
    expect(lines(given, 3)).toEqual([5]);
    expect(lines(given, 1)).toEqual([6]);
    expect(threads.map(({ handed }) => handed)).toEqual([1, 1, 0, 1]);
  });

  test.each([
    [[{ atMs: 0, kind: 'snapshot', agency: 'pd-000', messageId: 'm', polledMs: 0, body: '' }], 'no snapshot'],
    [[], 'ends within its preamble'],
  ] as [TraceInput[], string][])('refuses a preamble with %j', async (inputs, expected) => {
    const { feeder } = start(inputs, []);
    const broken = inputs.length === 0 ? brokenPreamble() : feeder;
    await expect(broken.preamble()).rejects.toMatchObject({
      code: 'HB_TRACE',
      message: expect.stringContaining(expected),
    });
  });
});

/** The header counts one line more than there is. */
function brokenPreamble(): Feeder {
  const trace = { header: { preamble: 1 }, inputs: async function* () {} } as unknown as Trace;
  return new Feeder(
    trace,
    createEncoder({ credentialSecret: 'x', agencies: [] } as never, { host: '::1', port: 1 }, () => false),
    [],
    1,
  );
}
