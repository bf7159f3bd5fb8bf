/**
 * A world that goes on while its trace is sent, a little ahead of the platform's clock, so that residents react to what they really received. Nobody reacts
 * in less than CROSSING_MS. The world runs ahead by half of that time; the other half is left for receptions to come back to it.
 */
import { platformMsAt, type PlatformClock } from '../../contract/clock.ts';
import { RESIDENTS_PER_AGENCY_MAX } from '../../contract/roster.ts';
import type { TraceHeader } from '../../contract/trace.ts';
import { strangeStimulus, type Stimulus } from '../../simulator/reactions/lineage.ts';
import { CROSSING_MS } from '../../simulator/reactions/reactions.ts';
import type { Shard } from '../engine/shard.ts';
import { startStepped, type SteppedRun } from '../engine/simulate.ts';
import { cutAtWindow } from './record.ts';
import { TraceRecorder } from './recorder.ts';
import type { LiveTrace, ReceivedBatch, Recorded, RecordOptions } from './trace-api.ts';

/** How far the world is ahead of the platform's clock, simulated ms. */
export const LOOKAHEAD_MS = CROSSING_MS / 2;

/** Wall time between two steps of the world. */
const STEP_WALL_MS = 20;

/** A message that residents may react to. */
type Cause = { kind: 'alert' | 'post'; id: string };

interface Opened {
  run: SteppedRun;
  recorder: TraceRecorder;
  header: TraceHeader;
  writtenBytes: number;
  isOpen: boolean;
}

export class LiveWorld implements LiveTrace {
  readonly header: TraceHeader;
  readonly writtenBytes: number;
  readonly whole: Promise<void>;
  /** False if the signal ended the world before its window opened. */
  readonly isOpen: boolean;
  /** By agency: its history up to the window's opening, lookahead included. */
  readonly histories: ReturnType<Shard['history']>[];
  readonly #run: SteppedRun;
  readonly #recorder: TraceRecorder;
  readonly #untilMs: number;
  /** By thread and number of its frame: the cause that the frame is, null if nobody reacts to it. */
  readonly #causes: (Cause | null)[][] = [];
  /** By cause: its stimulus, and the residents who have received it. */
  readonly #received = new Map<string, { stimulus: Stimulus; residents: Set<number> }>();
  #clock: PlatformClock | null = null;
  #isClosing = false;
  #settle!: { resolve: () => void; reject: (error: unknown) => void };
  #ending: Promise<void> | null = null;
  #recorded: Recorded | null = null;
  #receptions = 0;
  #late = 0;
  #lateMsMax = 0;
  #behindWallMsMax = 0;

  constructor({ run, recorder, header, writtenBytes, isOpen }: Opened) {
    this.#run = run;
    this.#recorder = recorder;
    this.#untilMs = header.untilMs;
    this.header = header;
    this.writtenBytes = writtenBytes;
    this.isOpen = isOpen;
    this.histories = run.group.shards.map((shard) => shard.history());
    this.whole = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    // A driver waits for it. If the world is never driven, its failure must not end the process.
    this.whole.catch(() => {});
  }

  /** Runs the world up to the window, as in virtual time, and by the lookahead further. Must be ended with `end`. Throws what recordTrace throws. */
  static async open(options: RecordOptions): Promise<LiveWorld> {
    const { seed, fromMs, windowMs, dir, signal, onProgress } = options;
    const scenario = cutAtWindow(options.scenario, fromMs, windowMs);
    const recorder = await TraceRecorder.create({ scenario: options.scenario, seed, fromMs, dir, closedLoop: true });
    try {
      const run = await startStepped(scenario, seed, recorder);
      while (run.nowMs < fromMs && signal?.aborted !== true) {
        await run.advance(Math.min(fromMs, run.nowMs + CROSSING_MS));
        onProgress?.((run.nowMs - scenario.startMs) / (fromMs - scenario.startMs), run.nowMs);
        await new Promise((resolve) => setImmediate(resolve));
      }
      const isOpen = run.nowMs === fromMs;
      const untilMs = fromMs + windowMs;
      for (const shard of run.group.shards) shard.connectToWire();
      if (isOpen) await run.advance(Math.min(untilMs, fromMs + LOOKAHEAD_MS));
      await recorder.reached(Math.max(fromMs, run.nowMs));
      const header = await recorder.opening(untilMs);
      return new LiveWorld({ run, recorder, header, writtenBytes: await recorder.flush(), isOpen });
    } catch (error) {
      await recorder.close();
      throw error;
    }
  }

  launch(clock: PlatformClock, onWritten: (writtenBytes: number) => void): void {
    this.#clock = clock;
    this.#ending ??= this.#goOn(clock, onWritten);
  }

  receive({ part, frames, resident, frame, wallMs }: ReceivedBatch): void {
    const clock = this.#clock;
    if (clock === null || this.#isClosing) return;
    const causes = (this.#causes[part] ??= []);
    for (const { type, text } of frames) causes.push(causeOf(type, text));
    for (let i = 0; i < resident.length; i += 1) {
      const cause = causes[frame[i]];
      if (cause !== null) this.#react(cause, resident[i], platformMsAt(clock, wallMs[i]));
    }
  }

  close(): void {
    this.#isClosing = true;
    this.#ending ??= this.#finish();
  }

  /** Ends the world unless it has ended already, and gives the recording. Throws whatever made the world fail. */
  async end(): Promise<Recorded> {
    this.close();
    await this.#ending;
    await this.whole;
    return this.#recorded!;
  }

  /** Remarks for the run record. */
  notes(): string[] {
    return [
      'Closed loop: residents reacted to what they received on the wire. The seed alone does not repeat such a run; its trace, which is kept, does.',
      `${this.#receptions} first receptions came back to the world; ${this.#late} of them too late for the earliest reaction, by up to ${this.#lateMsMax} simulated ms.`,
      ...(this.#behindWallMsMax > 0
        ? [
            `The world fell behind the clock by up to ${Math.ceil(this.#behindWallMsMax)} ms: inputs of that time were sent late.`,
          ]
        : []),
    ];
  }

  // --- internal ---

  /** A resident reacts to the first reception of a message only. */
  #react(cause: Cause, resident: number, atMs: number): void {
    let received = this.#received.get(cause.id);
    if (received === undefined)
      this.#received.set(cause.id, (received = { stimulus: this.#stimulus(cause), residents: new Set() }));
    if (received.residents.has(resident)) return;
    received.residents.add(resident);
    this.#receptions += 1;
    const shard = this.#run.group.shards[Math.floor(resident / RESIDENTS_PER_AGENCY_MAX)];
    const lateMs = shard.receiveFromWire(received.stimulus, [resident % RESIDENTS_PER_AGENCY_MAX], atMs);
    if (lateMs === 0) return;
    this.#late += 1;
    this.#lateMsMax = Math.max(this.#lateMsMax, lateMs);
  }

  #stimulus({ kind, id }: Cause): Stimulus {
    for (const shard of this.#run.group.shards) {
      const known = shard.stimulus(kind, id);
      if (known !== null) return known;
    }
    return strangeStimulus(kind, id);
  }

  /** Keeps the world ahead of the clock until its window ends. */
  async #goOn(clock: PlatformClock, onWritten: (writtenBytes: number) => void): Promise<void> {
    try {
      while (!this.#isClosing && this.#run.nowMs < this.#untilMs) {
        const platformMs = platformMsAt(clock, Date.now());
        this.#noteBehind(platformMs, clock.speed);
        const aheadMs = Math.min(this.#untilMs, platformMs + LOOKAHEAD_MS) - this.#run.nowMs;
        if (aheadMs > 0) {
          await this.#run.advance(this.#run.nowMs + Math.min(aheadMs, LOOKAHEAD_MS));
          await this.#recorder.reached(this.#run.nowMs);
          onWritten(await this.#recorder.flush());
        }
        // Receptions get their turn even if the world has to hurry.
        await new Promise((resolve) => setTimeout(resolve, aheadMs > LOOKAHEAD_MS ? 0 : STEP_WALL_MS));
      }
    } catch (error) {
      await this.#recorder.close();
      this.#settle.reject(error);
      return;
    }
    await this.#finish();
  }

  /** If the world is behind the clock, inputs of the time between are sent late. */
  #noteBehind(platformMs: number, speed: number): void {
    const behindMs = Math.min(this.#untilMs, platformMs) - this.#run.nowMs;
    this.#behindWallMsMax = Math.max(this.#behindWallMsMax, behindMs / speed);
  }

  async #finish(): Promise<void> {
    try {
      const { group, nowMs } = this.#run;
      const shards = group.finish();
      const truth = group.shards.map((shard) => shard.truth());
      const header = await this.#recorder.finish(nowMs, truth, shards);
      this.#recorded = { header, shards, partial: nowMs < this.#untilMs };
      this.#settle.resolve();
    } catch (error) {
      this.#settle.reject(error);
    } finally {
      await this.#recorder.close();
    }
  }
}

// --- internal ---

/** Residents react to alerts and posts, not to corrections: null for those, and for a text that is neither. */
function causeOf(type: 'alert' | 'post', text: string): Cause | null {
  let message: { identifier?: unknown; msgType?: unknown; postId?: unknown } | null;
  try {
    message = JSON.parse(text) as typeof message;
  } catch {
    return null;
  }
  if (type === 'post') return typeof message?.postId === 'string' ? { kind: 'post', id: message.postId } : null;
  return message?.msgType === 'Alert' && typeof message.identifier === 'string'
    ? { kind: 'alert', id: message.identifier }
    : null;
}
