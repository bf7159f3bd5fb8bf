/**
 * Makes up the observations of a run: hands a trace to the reference pipeline at the moments at which a driver would send it, with receptions a few milliseconds
 * later. A test then changes something in them, and knows what the judge must find.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { platformMsAt, wallMsOf, type PlatformClock } from '../../contract/clock.ts';
import { pipelineConfigOf } from '../../contract/onboarding.ts';
import type { PipelineOutput, RowReceipt } from '../../contract/pipeline.ts';
import type { ConnectionLine, DeliveryLine, DriverSummary, FrameLine, SendLine } from '../../contract/trace.ts';
import { createPipeline } from '../../reference-impl/pipeline/pipeline.ts';
import { NO_TAIL } from '../../stats/tail.ts';
import type { Trace } from '../trace/trace-api.ts';
import { toPipelineInput } from '../trace/truth.ts';

export interface Wire {
  driver: DriverSummary;
  sends: SendLine[];
  frames: FrameLine[];
  deliveries: DeliveryLine[];
  connections: ConnectionLine[];
}

export const LAUNCH_MS = 1_790_000_000_000.25;
/** Lateness of every send, and duration of every answer and every delivery, ms. */
export const LAG_MS = 2;
export const ANSWER_MS = 4;
export const DELIVERY_MS = 10;

export interface WireOptions {
  speed: number;
  /** Status and failure of an input that is never handed to the pipeline; null for the others. */
  refuse?: (line: number) => { status: number | null; failure: string } | null;
  /** Whether the pipeline takes an input without acknowledging it. */
  mute?: (line: number) => boolean;
  /** Time from sending an input of the window until the pipeline has it, wall ms. */
  queueMs?: number;
}

/** The observations of a target that takes no time, except in a queue if there is one. */
export async function perfectWire(trace: Trace, options: WireOptions): Promise<Wire> {
  const clock: PlatformClock = { originWallMs: LAUNCH_MS, originMs: trace.header.fromMs, speed: options.speed };
  const pipeline = createPipeline(pipelineConfigOf(trace.onboarding));
  const wire: Wire = { driver: summaryOf(trace, clock), sends: [], frames: [], deliveries: [], connections: [] };
  const sequences = new Map<number, number>();
  const online = new Set<number>();
  const missed = new Map<number, [sequence: number, frame: number][]>();

  const publish = (output: PipelineOutput, wallMs: number): void => {
    if (output.kind !== 'publish' && output.kind !== 'post') return;
    const text =
      output.kind === 'publish' ? output.frame : JSON.stringify({ postId: output.postId, text: output.text });
    const frame = wire.frames.length;
    wire.frames.push({ frame, type: output.kind === 'publish' ? 'alert' : 'post', text });
    for (const resident of output.audience) {
      const sequence = (sequences.get(resident) ?? 0) + 1;
      sequences.set(resident, sequence);
      if (online.has(resident)) wire.deliveries.push([resident, sequence, frame, wallMs + DELIVERY_MS]);
      else missed.set(resident, [...(missed.get(resident) ?? []), [sequence, frame]]);
    }
  };
  /** A resident who comes back gets the messages that it missed; one who comes for the first time does not. */
  const connect = (resident: number, wallMs: number): void => {
    const isBack = wire.connections.some((c) => c.resident === resident);
    const last = sequences.get(resident) ?? 0;
    for (const [sequence, frame] of isBack ? (missed.get(resident) ?? []) : [])
      wire.deliveries.push([resident, sequence, frame, wallMs + DELIVERY_MS]);
    missed.delete(resident);
    online.add(resident);
    wire.connections.push(connection(resident, wallMs, 'open', last));
  };
  for await (const { line, input } of trace.inputs()) {
    const inPreamble = line < trace.header.preamble;
    const intendedMs = inPreamble ? LAUNCH_MS - 5000 : wallMsOf(clock, input.atMs);
    const sentMs = intendedMs + LAG_MS;
    const takenMs = sentMs + (inPreamble ? 0 : (options.queueMs ?? 0));
    const send: SendLine = {
      input: line,
      intendedMs,
      sentMs,
      answeredMs: takenMs + ANSWER_MS,
      status: 202,
      tries: 1,
      failure: null,
      rows: null,
    };
    wire.sends.push(send);
    const refused = options.refuse?.(line) ?? null;
    if (refused !== null) Object.assign(send, { answeredMs: null, ...refused });
    else {
      if (input.kind === 'connect') connect(input.resident, sentMs);
      if (input.kind === 'disconnect') {
        online.delete(input.resident);
        wire.connections.push({ ...connection(input.resident, sentMs, 'closed', 0), intended: true });
      }
      const pipelineInput = toPipelineInput(input);
      if (pipelineInput === null) continue;
      const atMs = inPreamble ? trace.header.fromMs - 1 : platformMsAt(clock, takenMs);
      for (const output of pipeline.handle(pipelineInput, atMs)) {
        if (output.kind === 'receipt' && input.kind === 'cad') send.rows = output.rows as RowReceipt[];
        publish(output, takenMs);
      }
    }
    if (options.mute?.(line) === true)
      Object.assign(send, { answeredMs: null, status: null, failure: 'timeout', rows: null });
  }
  const endMs = wallMsOf(clock, trace.header.untilMs) + 3000;
  for (const resident of online)
    wire.connections.push({ ...connection(resident, endMs, 'closed', sequences.get(resident) ?? 0), intended: true });
  return wire;
}

export function connection(
  resident: number,
  atMs: number,
  event: ConnectionLine['event'],
  sequence: number,
): ConnectionLine {
  return { resident, atMs, event, code: event === 'open' ? null : 1000, sequence, intended: false };
}

/** Writes the folder that a driver writes. */
export function writeWire(dir: string, wire: Wire): void {
  mkdirSync(dir, { recursive: true });
  const lines = (rows: readonly unknown[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  writeFileSync(join(dir, 'driver.json'), JSON.stringify(wire.driver));
  writeFileSync(join(dir, 'sends.jsonl'), lines(wire.sends));
  writeFileSync(join(dir, 'frames.jsonl'), lines(wire.frames));
  writeFileSync(join(dir, 'deliveries.jsonl'), lines(wire.deliveries));
  writeFileSync(join(dir, 'connections.jsonl'), lines(wire.connections));
}

// --- internal ---

function summaryOf(trace: Trace, clock: PlatformClock): DriverSummary {
  const process = { cpuShare: 0.2, eventLoopDelayMs: null, rssMiB: null, memoryPerResidentKiB: null };
  return {
    driver: 'by hand',
    target: 'self',
    platformClock: true,
    connected: { residents: trace.header.residents, doorbells: trace.header.doorbells, refused: 0, rampMs: 1000 },
    generator: process,
    targetProcess: process,
    shed: {},
    notes: [],
    traceSha256: trace.sha256,
    clock,
    generatorLagMs: { ...NO_TAIL, count: 1, p50: LAG_MS, p90: LAG_MS, p99: LAG_MS, p999: LAG_MS, max: LAG_MS },
    connectMs: NO_TAIL,
    stopped: null,
    seconds: [{ second: 0, lagMaxMs: LAG_MS, generatorCpu: 0.2, targetCpu: 0.3 }],
  };
}
