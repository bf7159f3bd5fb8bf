/** Messages of doorbells that the world does not model: a clip's metadata after each motion, and heartbeats. Only attached doorbells send anything. */
import type { Scenario } from '../../contract/scenario.ts';
import type { TraceInput } from '../../contract/trace.ts';
import { counterDraw } from '../../simulator/kernel/random.ts';

type DeviceInput = Extract<TraceInput, { kind: 'clip' | 'heartbeat' }>;

/** A clip ends when nothing moves any more; both bounds are assumed. */
const CLIP_MS_MIN = 10_000;
const CLIP_MS_MAX = 60_000;
const BATTERY_PERCENT_MIN = 20;

export class DeviceTraffic {
  /** Doorbells that are attached when the window opens, ascending. */
  readonly attached: readonly number[];
  readonly #isAttached: ReadonlySet<number>;
  readonly #heartbeatMs: number;
  readonly #fromMs: number;
  readonly #clipDraw: (doorbell: number, clip: number) => number;
  readonly #batteryDraw: (doorbell: number, index: number) => number;
  /** Number of clips so far, by doorbell. */
  readonly #clips = new Map<number, number>();
  /** Clips that end later than the time reached. */
  #unsent: DeviceInput[] = [];
  /** The moment within the period at which each attached doorbell sends its heartbeat, ascending. */
  readonly #phases: { doorbell: number; phaseMs: number }[];
  /** Whole periods that are over, and heartbeats sent in the current one. */
  #periods = 0;
  #sentInPeriod = 0;

  /** `doorbells` are the ids of all doorbells. Whether one is attached, and when it sends, depends on the seed and its id alone. */
  constructor(load: Scenario['load'], seed: number, fromMs: number, doorbells: readonly number[]) {
    const seeds = { seed, replication: 0 };
    const draw = counterDraw(seeds, 'load/attached');
    const phaseDraw = counterDraw(seeds, 'load/heartbeat');
    this.#clipDraw = counterDraw(seeds, 'load/clip');
    this.#batteryDraw = counterDraw(seeds, 'load/battery');
    this.#heartbeatMs = load.heartbeatMs;
    this.#fromMs = fromMs;
    this.attached = doorbells.filter((d) => draw(d, 0) < load.connectedShareOfDoorbells);
    this.#isAttached = new Set(this.attached);
    this.#phases = this.attached
      .map((doorbell) => ({ doorbell, phaseMs: Math.floor(phaseDraw(doorbell, 0) * load.heartbeatMs) }))
      .sort((a, b) => a.phaseMs - b.phaseMs || a.doorbell - b.doorbell);
  }

  /** A doorbell saw motion. False if it is not attached, in which case it sends nothing. */
  motion(doorbell: number, atMs: number): boolean {
    if (!this.#isAttached.has(doorbell)) return false;
    const clip = this.#clips.get(doorbell) ?? 0;
    this.#clips.set(doorbell, clip + 1);
    const durationMs = CLIP_MS_MIN + Math.floor(this.#clipDraw(doorbell, clip) * (CLIP_MS_MAX - CLIP_MS_MIN + 1));
    this.#unsent.push({ atMs: atMs + durationMs, kind: 'clip', doorbell, clipId: `${doorbell}-${clip}`, durationMs });
    return true;
  }

  /** Messages before `untilMs` that were not given yet: clips, then heartbeats, each in order of time. Call it in order of time, after the motions of that time. */
  until(untilMs: number): DeviceInput[] {
    const due = this.#unsent.filter((clip) => clip.atMs < untilMs).sort((a, b) => a.atMs - b.atMs);
    this.#unsent = this.#unsent.filter((clip) => clip.atMs >= untilMs);
    return [...due, ...this.#heartbeats(untilMs)];
  }

  // --- internal ---

  #heartbeats(untilMs: number): DeviceInput[] {
    const sent: DeviceInput[] = [];
    const [phases, heartbeatMs] = [this.#phases, this.#heartbeatMs];
    if (heartbeatMs === 0 || phases.length === 0) return sent;
    for (;;) {
      const { doorbell, phaseMs } = phases[this.#sentInPeriod];
      const atMs = this.#fromMs + this.#periods * heartbeatMs + phaseMs;
      if (atMs >= untilMs) return sent;
      const percent = this.#batteryDraw(doorbell, 0) * (100 - BATTERY_PERCENT_MIN + 1);
      sent.push({ atMs, kind: 'heartbeat', doorbell, batteryPercent: BATTERY_PERCENT_MIN + Math.floor(percent) });
      this.#sentInPeriod += 1;
      if (this.#sentInPeriod < phases.length) continue;
      this.#sentInPeriod = 0;
      this.#periods += 1;
    }
  }
}
