/** Fills in, for each second, how many inputs were sent and answered, how many messages were delivered, and how long that took. */
import { wallMsOf } from '../../../contract/clock.ts';
import { readObservations, type Observations } from '../../judge/observations.ts';
import { LATENESS_WALL_MS_MAX, type Yardstick } from '../../judge/judge.ts';
import { quantilesOf } from '../../../stats/quantiles.ts';
import type { Column, Samples } from './samples.ts';

/** Fills the columns `flow.*` and `latency.*` from the driver's observations. Throws HB_TRACE if they can't be read. */
export async function addLatencies(samples: Samples, yardstick: Yardstick, observationsDir: string): Promise<void> {
  const observations = await readObservations(observationsDir);
  const seconds = new Seconds(samples, observations.driver.clock.originWallMs);
  await addSends(seconds, observations, yardstick);
  addDeliveries(seconds, observations, yardstick);
  seconds.write();
}

// --- internal ---

type Timed = 'accept' | 'device' | 'delivery';
const TIMED: readonly Timed[] = ['accept', 'device', 'delivery'];

/** Counts and times by the row of the second in which they fall. */
class Seconds {
  readonly #samples: Samples;
  readonly #originMs: number;
  readonly #everyMs: number;
  readonly #rows = new Map<number, number>();
  readonly #times: Record<Timed, Map<number, number[]>> = { accept: new Map(), device: new Map(), delivery: new Map() };

  constructor(samples: Samples, originMs: number) {
    this.#samples = samples;
    this.#originMs = originMs;
    const { second } = samples;
    this.#everyMs = second.length < 2 ? 1000 : 1000 * leastStep(second);
    for (const [row, at] of second.entries()) this.#rows.set(Math.round((1000 * at) / this.#everyMs), row);
    for (const column of ['flow.sent', 'flow.acknowledged', 'flow.deliveries', 'flow.late'] as const)
      samples[column].fill(0);
  }

  count(column: Column, wallMs: number): void {
    const row = this.#rowAt(wallMs);
    if (row !== undefined) this.#samples[column][row] += 1;
  }

  time(kind: Timed, wallMs: number, ms: number): void {
    const row = this.#rowAt(wallMs);
    if (row === undefined) return;
    const mine = this.#times[kind].get(row);
    if (mine === undefined) this.#times[kind].set(row, [ms]);
    else mine.push(ms);
  }

  write(): void {
    for (const kind of TIMED)
      for (const [row, times] of this.#times[kind]) {
        const { p50, p99 } = quantilesOf(times);
        this.#samples[`latency.${kind}P50Ms`][row] = p50;
        this.#samples[`latency.${kind}P99Ms`][row] = p99;
      }
  }

  #rowAt(wallMs: number): number | undefined {
    return this.#rows.get(Math.floor((wallMs - this.#originMs) / this.#everyMs) + 1);
  }
}

function leastStep(second: Float64Array): number {
  let least = Infinity;
  for (let i = 1; i < second.length; i += 1) least = Math.min(least, second[i] - second[i - 1]);
  return least;
}

async function addSends(seconds: Seconds, { sends }: Observations, { trace }: Yardstick): Promise<void> {
  for await (const { line, input } of trace.inputs()) {
    if (line < trace.header.preamble || !sends.has(line)) continue;
    const answeredMs = sends.answeredMs(line);
    if (!Number.isNaN(sends.sentMs(line))) seconds.count('flow.sent', sends.sentMs(line));
    if (Number.isNaN(answeredMs)) continue;
    seconds.count('flow.acknowledged', answeredMs);
    if (sends.failure(line) !== null) continue;
    const ms = answeredMs - sends.intendedMs(line);
    if (input.kind === 'cad') seconds.time('accept', answeredMs, ms);
    else if (input.kind === 'motion' || input.kind === 'clip' || input.kind === 'heartbeat')
      seconds.time('device', answeredMs, ms);
  }
}

/** A delivery's latency counts from the moment at which its cause was meant to be sent, and only for residents connected by then. */
function addDeliveries(seconds: Seconds, observations: Observations, { replayed }: Yardstick): void {
  const { deliveries, driver, frames } = observations;
  const { clock } = driver;
  const dueMs = new Map(replayed.publishes.map((p) => [p.identifier, wallMsOf(clock, p.atMs)]));
  const dueOfFrame = frames.map(({ type, text }) => (type === 'alert' ? dueMs.get(identifierOf(text)) : undefined));
  const opened = openingTimes(observations);
  for (let i = 0; i < deliveries.count; i += 1) {
    const wallMs = deliveries.wallMs[i];
    seconds.count('flow.deliveries', wallMs);
    const due = dueOfFrame[deliveries.frame[i]];
    if (due === undefined || lastBefore(opened.get(deliveries.resident[i]), wallMs) > due) continue;
    seconds.time('delivery', wallMs, wallMs - due);
    if (wallMs - due > LATENESS_WALL_MS_MAX) seconds.count('flow.late', wallMs);
  }
}

function identifierOf(text: string): string {
  try {
    return String((JSON.parse(text) as { identifier?: unknown } | null)?.identifier ?? '');
  } catch {
    return '';
  }
}

/** Times at which each resident's connections opened, in order. */
function openingTimes({ connections }: Observations): Map<number, number[]> {
  const opened = new Map<number, number[]>();
  for (const { resident, event, atMs } of connections) {
    if (event !== 'open') continue;
    const mine = opened.get(resident);
    if (mine === undefined) opened.set(resident, [atMs]);
    else mine.push(atMs);
  }
  return opened;
}

function lastBefore(times: readonly number[] | undefined, atMs: number): number {
  return times?.findLast((time) => time <= atMs) ?? Infinity;
}
