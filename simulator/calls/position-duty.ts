/** Which of the call-takers' positions are staffed: all of them all the time, or by a plan of shifts. */
import type { Kernel } from '../kernel/kernel.ts';
import { KIND } from '../kernel/kinds.ts';
import { startRoster, type Shift } from '../queue/roster.ts';
import type { ServerPool } from '../queue/server-pool.ts';

/** The positions of one agency, and their shifts. */
export interface PositionDutyOptions {
  kernel: Kernel;
  positions: number;
  /** Null if all positions are always staffed. */
  shifts: readonly Shift[] | null;
  /** IANA zone of the shifts' hours. */
  zone: string;
  /** Its idle servers are the positions that are free to answer. */
  pool: ServerPool<unknown>;
  isOnCall: (position: number) => boolean;
  /** Positions came on duty. */
  came: () => void;
}

/** Keeps count of which positions are staffed. */
export class PositionDuty {
  readonly #options: PositionDutyOptions;
  /** By position: 1 while a call goes on after the end of the shift. */
  readonly #isLate: Uint8Array;
  #onDuty: number;
  #sinceMs: number;
  /** Position time on duty until `#sinceMs`. */
  #spentMs = 0;

  constructor(options: PositionDutyOptions) {
    this.#options = options;
    this.#isLate = new Uint8Array(options.positions);
    this.#onDuty = options.shifts === null ? options.positions : 0;
    this.#sinceMs = options.kernel.nowMs;
  }

  /** Begins the shifts that are under way. Call it once, when everything else stands. */
  start(): void {
    const { kernel, positions, shifts, zone, pool } = this.#options;
    if (shifts === null) return;
    for (let position = 0; position < positions; position += 1) pool.occupy(position);
    startRoster({
      kernel,
      kind: KIND.callTakerShift,
      zone,
      shifts,
      begin: (shift) => this.#begin(shift),
      end: (shift) => this.#end(shift),
    });
  }

  /** The position has ended a call. True if its shift was over and it goes off duty; otherwise it must be made idle. */
  leaves(position: number): boolean {
    if (this.#isLate[position] === 0) return false;
    this.#goOff(position);
    return true;
  }

  /** Position time on duty until now, ms. */
  onDutyMs(): number {
    return this.#spentMs + this.#onDuty * (this.#options.kernel.nowMs - this.#sinceMs);
  }

  #begin({ first, count, lengthHours }: Shift): void {
    const { pool, isOnCall, came } = this.#options;
    for (let position = first; position < first + count; position += 1) {
      if (this.#isLate[position] === 1) {
        this.#isLate[position] = 0;
        continue;
      }
      // A shift of a whole day begins anew without having ended.
      if (lengthHours === 24 && (isOnCall(position) || pool.isIdle(position))) continue;
      pool.free(position);
      this.#change(1);
    }
    came();
  }

  #end({ first, count }: Shift): void {
    const { pool, isOnCall } = this.#options;
    for (let position = first; position < first + count; position += 1) {
      if (isOnCall(position)) {
        this.#isLate[position] = 1;
        continue;
      }
      pool.occupy(position);
      this.#goOff(position);
    }
  }

  #goOff(position: number): void {
    this.#isLate[position] = 0;
    this.#change(-1);
  }

  /** The number of positions on duty changes by this from now on. */
  #change(by: number): void {
    const { nowMs } = this.#options.kernel;
    this.#spentMs = this.onDutyMs();
    this.#sinceMs = nowMs;
    this.#onDuty += by;
  }
}
