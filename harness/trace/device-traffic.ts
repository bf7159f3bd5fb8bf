/** What doorbells send that the world does not model: clips' metadata after a motion, and heartbeats. Only those that are attached send at all. */
import type { Scenario } from '../../contract/scenario.ts';
import type { TraceInput } from '../../contract/trace.ts';
import { counterDraw } from '../../simulator/kernel/random.ts';

type Sent = Extract<TraceInput, { kind: 'clip' | 'heartbeat' }>;

/** A clip ends when nothing moves any more (assumed). */
const CLIP_MS_MIN = 10_000;
const CLIP_MS_MAX = 60_000;
const BATTERY_PERCENT_MIN = 20;

export class DeviceTraffic {
  /** Doorbells that are attached when the window opens, ascending. */
  readonly attached: readonly number[];
  private readonly isAttached: ReadonlySet<number>;
  private readonly heartbeatMs: number;
  private readonly fromMs: number;
  private readonly clipDraw: (doorbell: number, clip: number) => number;
  private readonly batteryDraw: (doorbell: number, index: number) => number;
  /** Clips made so far, by doorbell. */
  private readonly clips = new Map<number, number>();
  private unsent: Sent[] = [];
  /** Every attached doorbell's phase within the period, ascending. */
  private readonly phases: { doorbell: number; phaseMs: number }[];
  /** The next heartbeat: so many periods are over, and so many doorbells of this one. */
  private periods = 0;
  private beaten = 0;

  constructor(load: Scenario['load'], seed: number, fromMs: number, doorbells: readonly number[]) {
    const seeds = { seed, replication: 0 };
    const draw = counterDraw(seeds, 'load/attached');
    const phaseDraw = counterDraw(seeds, 'load/heartbeat');
    this.clipDraw = counterDraw(seeds, 'load/clip');
    this.batteryDraw = counterDraw(seeds, 'load/battery');
    this.heartbeatMs = load.heartbeatMs;
    this.fromMs = fromMs;
    this.attached = doorbells.filter((d) => draw(d, 0) < load.connectedShareOfDoorbells);
    this.isAttached = new Set(this.attached);
    this.phases = this.attached
      .map((doorbell) => ({ doorbell, phaseMs: Math.floor(phaseDraw(doorbell, 0) * load.heartbeatMs) }))
      .sort((a, b) => a.phaseMs - b.phaseMs || a.doorbell - b.doorbell);
  }

  /** A doorbell saw motion. False where it is not attached: nobody hears of it. */
  motion(doorbell: number, atMs: number): boolean {
    if (!this.isAttached.has(doorbell)) return false;
    const clip = this.clips.get(doorbell) ?? 0;
    this.clips.set(doorbell, clip + 1);
    const durationMs = CLIP_MS_MIN + Math.floor(this.clipDraw(doorbell, clip) * (CLIP_MS_MAX - CLIP_MS_MIN + 1));
    this.unsent.push({ atMs: atMs + durationMs, kind: 'clip', doorbell, clipId: `${doorbell}-${clip}`, durationMs });
    return true;
  }

  /** What is sent before `untilMs`, clips first, each in order of time; call in order, after the motions of that time. */
  until(untilMs: number): Sent[] {
    const due = this.unsent.filter((c) => c.atMs < untilMs).sort((a, b) => a.atMs - b.atMs);
    this.unsent = this.unsent.filter((c) => c.atMs >= untilMs);
    return [...due, ...this.heartbeats(untilMs)];
  }

  // --- internal ---

  private heartbeats(untilMs: number): Sent[] {
    const sent: Sent[] = [];
    const { phases, heartbeatMs } = this;
    if (heartbeatMs === 0 || phases.length === 0) return sent;
    for (;;) {
      const { doorbell, phaseMs } = phases[this.beaten];
      const atMs = this.fromMs + this.periods * heartbeatMs + phaseMs;
      if (atMs >= untilMs) return sent;
      const percent = this.batteryDraw(doorbell, 0) * (100 - BATTERY_PERCENT_MIN + 1);
      sent.push({ atMs, kind: 'heartbeat', doorbell, batteryPercent: BATTERY_PERCENT_MIN + Math.floor(percent) });
      this.beaten += 1;
      if (this.beaten < phases.length) continue;
      this.beaten = 0;
      this.periods += 1;
    }
  }
}
