/**
 * A world that goes on while its trace is sent, a little ahead of the platform's clock, so that residents react to what they really
 * received. Nobody reacts in less than CROSSING_MS: half of that time the world is ahead, and the other half is left for what was
 * received to come back to it.
 */
import { platformMsAt, type PlatformClock } from '../../contract/clock.ts';
import { RESIDENTS_PER_AGENCY_MAX } from '../../contract/roster.ts';
import type { TraceHeader } from '../../contract/trace.ts';
import { strangeStimulus, type Stimulus } from '../../simulator/reactions/lineage.ts';
import { CROSSING_MS } from '../../simulator/reactions/reactions.ts';
import type { Heard, LiveTrace } from './trace-api.ts';
import type { Shard } from '../engine/shard.ts';
import { startStepped, type SteppedRun } from '../engine/simulate.ts';
import type { Recorded, RecordOptions } from './trace-api.ts';
import { upTo } from './record.ts';
import { TraceRecorder } from './recorder.ts';

/** How far the world is ahead of the platform's clock, simulated. */
export const LOOKAHEAD_MS = CROSSING_MS / 2;

/** Between two steps of the world, wall time. */
const STEP_WALL_MS = 20;

type Cause = { kind: 'alert' | 'post'; id: string } | null;

export class LiveWorld implements LiveTrace {
  readonly header: TraceHeader;
  readonly writtenBytes: number;
  readonly whole: Promise<void>;
  /** False where the signal ended it before its window opened. */
  readonly isOpen: boolean;
  /** By agency: its history up to the window, and the lookahead's. */
  readonly histories: ReturnType<Shard['history']>[];
  readonly #run: SteppedRun;
  readonly #recorder: TraceRecorder;
  readonly #untilMs: number;
  /** What each thread's frames tell residents to react to. */
  readonly #causes: Cause[][] = [];
  /** By cause: what it is to residents, and those who had it. */
  readonly #told = new Map<string, { stimulus: Stimulus; residents: Set<number> }>();
  #clock: PlatformClock | null = null;
  #isClosing = false;
  #settle!: { resolve: () => void; reject: (error: unknown) => void };
  #ending: Promise<void> | null = null;
  #recorded: Recorded | null = null;
  #receptions = 0;
  #late = 0;
  #lateMsMax = 0;
  #behindWallMsMax = 0;

  private constructor(
    run: SteppedRun,
    recorder: TraceRecorder,
    header: TraceHeader,
    writtenBytes: number,
    isOpen: boolean,
  ) {
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
    // Who drives waits for it; a world that is never driven fails nobody.
    this.whole.catch(() => {});
  }

  /** Runs the world up to the window, as it runs in virtual time, and a little further. To be ended with `end`. Throws what recordTrace throws. */
  static async open(o: RecordOptions): Promise<LiveWorld> {
    const scenario = upTo(o.scenario, o.fromMs, o.windowMs);
    const { seed, fromMs, dir } = o;
    const recorder = await TraceRecorder.create({ scenario: o.scenario, seed, fromMs, dir, closedLoop: true });
    try {
      const run = await startStepped(scenario, seed, recorder);
      while (run.nowMs < fromMs && o.signal?.aborted !== true) {
        await run.advance(Math.min(fromMs, run.nowMs + CROSSING_MS));
        o.onProgress?.((run.nowMs - scenario.startMs) / (fromMs - scenario.startMs), run.nowMs);
        await new Promise((resolve) => setImmediate(resolve));
      }
      const isOpen = run.nowMs === fromMs;
      const untilMs = fromMs + o.windowMs;
      for (const shard of run.group.shards) shard.wire();
      if (isOpen) await run.advance(Math.min(untilMs, fromMs + LOOKAHEAD_MS));
      await recorder.reached(Math.max(fromMs, run.nowMs));
      const header = await recorder.opening(untilMs);
      return new LiveWorld(run, recorder, header, await recorder.flush(), isOpen);
    } catch (error) {
      await recorder.close();
      throw error;
    }
  }

  launch(clock: PlatformClock, more: (writtenBytes: number) => void): void {
    this.#clock = clock;
    this.#ending ??= this.#goOn(clock, more);
  }

  heard({ part, frames, resident, frame, wallMs }: Heard): void {
    const clock = this.#clock;
    if (clock === null || this.#isClosing) return;
    const causes = (this.#causes[part] ??= []);
    for (const { type, text } of frames) causes.push(causeOf(type, text));
    for (let i = 0; i < resident.length; i += 1) {
      const cause = causes[frame[i]];
      if (cause !== null) this.#receive(cause, resident[i], platformMsAt(clock, wallMs[i]));
    }
  }

  close(): void {
    this.#isClosing = true;
    this.#ending ??= this.#finish();
  }

  /** Ends the world, if it has not ended by itself; what was recorded. Throws what went wrong with it. */
  async end(): Promise<Recorded> {
    this.close();
    await this.#ending;
    await this.whole;
    return this.#recorded!;
  }

  /** What the record says of it, in words. */
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

  #receive(cause: NonNullable<Cause>, resident: number, atMs: number): void {
    let heard = this.#told.get(cause.id);
    if (heard === undefined)
      this.#told.set(cause.id, (heard = { stimulus: this.#stimulusOf(cause), residents: new Set() }));
    if (heard.residents.has(resident)) return;
    heard.residents.add(resident);
    this.#receptions += 1;
    const shard = this.#run.group.shards[Math.floor(resident / RESIDENTS_PER_AGENCY_MAX)];
    const lateMs = shard.received(heard.stimulus, [resident % RESIDENTS_PER_AGENCY_MAX], atMs);
    if (lateMs === 0) return;
    this.#late += 1;
    this.#lateMsMax = Math.max(this.#lateMsMax, lateMs);
  }

  #stimulusOf({ kind, id }: NonNullable<Cause>): Stimulus {
    for (const shard of this.#run.group.shards) {
      const known = shard.stimulusOf(kind, id);
      if (known !== null) return known;
    }
    return strangeStimulus(kind, id);
  }

  async #goOn(clock: PlatformClock, more: (writtenBytes: number) => void): Promise<void> {
    try {
      while (!this.#isClosing && this.#run.nowMs < this.#untilMs) {
        const platformMs = platformMsAt(clock, Date.now());
        this.#noteBehind(platformMs, clock.speed);
        const aheadMs = Math.min(this.#untilMs, platformMs + LOOKAHEAD_MS) - this.#run.nowMs;
        if (aheadMs > 0) {
          await this.#run.advance(this.#run.nowMs + Math.min(aheadMs, LOOKAHEAD_MS));
          await this.#recorder.reached(this.#run.nowMs);
          more(await this.#recorder.flush());
        }
        // What was received has its turn, also where the world has to hurry.
        await new Promise((resolve) => setTimeout(resolve, aheadMs > LOOKAHEAD_MS ? 0 : STEP_WALL_MS));
      }
    } catch (error) {
      await this.#recorder.close();
      this.#settle.reject(error);
      return;
    }
    await this.#finish();
  }

  /** Inputs of the time between are late. */
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

/** People react to alerts and posts; a correction makes nobody look out of the window. */
function causeOf(type: 'alert' | 'post', text: string): Cause {
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
