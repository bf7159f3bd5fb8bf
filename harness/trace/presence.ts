/** Residents who are online: those whose app is connected when the window opens, and the storms in which connections are lost and come back. */
import type { Scenario } from '../../contract/scenario.ts';
import type { TraceInput } from '../../contract/trace.ts';
import { counterDraw } from '../../simulator/kernel/random.ts';

type ConnectionInput = Extract<TraceInput, { kind: 'connect' | 'disconnect' }>;

export class Presence {
  /** Residents who are online when the window opens, ascending. */
  readonly online: readonly number[];
  readonly #load: Scenario['load'];
  readonly #fromMs: number;
  readonly #strikeDraw: (resident: number, storm: number) => number;
  readonly #returnDraw: (resident: number, storm: number) => number;
  /** By resident: the moment at which the connection is back. */
  readonly #awayUntilMs = new Map<number, number>();
  /** Reconnections that lie ahead. */
  #returns: ConnectionInput[] = [];
  /** Number of storms that have begun. */
  #storms = 0;

  /** `residents` are the ids of those who have not left the platform, ascending. Who is online depends on the seed and the id alone. */
  constructor(load: Scenario['load'], seed: number, fromMs: number, residents: readonly number[]) {
    const seeds = { seed, replication: 0 };
    const onlineDraw = counterDraw(seeds, 'load/online');
    this.#load = { ...load, storms: [...load.storms].sort((a, b) => a.atMs - b.atMs) };
    this.#fromMs = fromMs;
    this.#strikeDraw = counterDraw(seeds, 'load/storm');
    this.#returnDraw = counterDraw(seeds, 'load/return');
    this.online = residents.filter((id) => onlineDraw(id, 0) < load.connectedShareOfAppUsers);
  }

  /** Connections lost and restored before `untilMs` that were not given yet, in order of time. Call it in order of time. `gone` are residents who left the platform. */
  until(untilMs: number, gone: ReadonlySet<number>): ConnectionInput[] {
    const lost: ConnectionInput[] = [];
    const { storms } = this.#load;
    for (; this.#storms < storms.length; this.#storms += 1) {
      const storm = storms[this.#storms];
      const atMs = this.#platformMs(storm.atMs);
      if (atMs >= untilMs) break;
      const isOnline = (id: number): boolean => !gone.has(id) && (this.#awayUntilMs.get(id) ?? 0) <= atMs;
      const struck = this.online.filter((id) => isOnline(id) && this.#strikeDraw(id, this.#storms) < storm.share);
      for (const resident of struck) lost.push({ atMs, kind: 'disconnect', resident });
      this.#planReturns(storm, struck);
    }
    const due = this.#returns.filter((input) => input.atMs < untilMs && !gone.has(input.resident));
    this.#returns = this.#returns.filter((input) => input.atMs >= untilMs);
    return [...lost, ...due].sort((a, b) => a.atMs - b.atMs);
  }

  // --- internal ---

  /** Residents come back one after the other, evenly over the ramp, in an order that is drawn. */
  #planReturns(storm: Scenario['load']['storms'][number], struck: readonly number[]): void {
    const order = struck
      .map((resident) => ({ resident, rank: this.#returnDraw(resident, this.#storms) }))
      .sort((a, b) => a.rank - b.rank || a.resident - b.resident);
    for (const [i, { resident }] of order.entries()) {
      const atMs = this.#platformMs(storm.atMs + storm.awayMs + (storm.rampMs * i) / order.length);
      this.#awayUntilMs.set(resident, atMs);
      this.#returns.push({ atMs, kind: 'connect', resident });
    }
  }

  /** The platform's time at a wall time since the window opened. */
  #platformMs(wallMs: number): number {
    return this.#fromMs + Math.round(wallMs * this.#load.speed);
  }
}
