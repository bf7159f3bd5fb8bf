/** Who is online: residents whose app is connected when the window opens, and the storms in which connections are lost and come back. */
import type { Scenario } from '../../contract/scenario.ts';
import type { TraceInput } from '../../contract/trace.ts';
import { counterDraw } from '../../simulator/kernel/random.ts';

type Change = Extract<TraceInput, { kind: 'connect' | 'disconnect' }>;

export class Presence {
  /** Residents who are online when the window opens, ascending. */
  readonly online: readonly number[];
  private readonly load: Scenario['load'];
  private readonly fromMs: number;
  private readonly isStruck: (resident: number, storm: number) => number;
  private readonly comesBack: (resident: number, storm: number) => number;
  /** By resident: when it is back. */
  private readonly awayUntilMs = new Map<number, number>();
  private returns: Change[] = [];
  private storms = 0;

  /** `residents`: ids of those who have not left the platform, ascending. Each one's lot is drawn by its id alone. */
  constructor(load: Scenario['load'], seed: number, fromMs: number, residents: readonly number[]) {
    const seeds = { seed, replication: 0 };
    const isOnline = counterDraw(seeds, 'load/online');
    this.load = { ...load, storms: [...load.storms].sort((a, b) => a.atMs - b.atMs) };
    this.fromMs = fromMs;
    this.isStruck = counterDraw(seeds, 'load/storm');
    this.comesBack = counterDraw(seeds, 'load/return');
    this.online = residents.filter((id) => isOnline(id, 0) < load.connectedShareOfAppUsers);
  }

  /** What changes before `untilMs`, in order of time; call in order. `gone`: residents who left the platform meanwhile. */
  until(untilMs: number, gone: ReadonlySet<number>): Change[] {
    const lost: Change[] = [];
    const { storms } = this.load;
    for (; this.storms < storms.length; this.storms += 1) {
      const storm = storms[this.storms];
      const atMs = this.platformMs(storm.atMs);
      if (atMs >= untilMs) break;
      const struck = this.online.filter(
        (id) =>
          !gone.has(id) && (this.awayUntilMs.get(id) ?? 0) <= atMs && this.isStruck(id, this.storms) < storm.share,
      );
      for (const resident of struck) lost.push({ atMs, kind: 'disconnect', resident });
      this.plan(storm, struck);
    }
    const due = this.returns.filter((r) => r.atMs < untilMs && !gone.has(r.resident));
    this.returns = this.returns.filter((r) => r.atMs >= untilMs);
    return [...lost, ...due].sort((a, b) => a.atMs - b.atMs);
  }

  // --- internal ---

  /** They come back one after the other, evenly over the ramp, in an order of their own. */
  private plan(storm: Scenario['load']['storms'][number], struck: readonly number[]): void {
    const order = struck
      .map((resident) => ({ resident, rank: this.comesBack(resident, this.storms) }))
      .sort((a, b) => a.rank - b.rank || a.resident - b.resident);
    for (const [i, { resident }] of order.entries()) {
      const atMs = this.platformMs(storm.atMs + storm.awayMs + (storm.rampMs * i) / order.length);
      this.awayUntilMs.set(resident, atMs);
      this.returns.push({ atMs, kind: 'connect', resident });
    }
  }

  private platformMs(wallMs: number): number {
    return this.fromMs + Math.round(wallMs * this.load.speed);
  }
}
