/** Which of the call-takers' positions are staffed: all, all the time, or by a plan of shifts. */
import type { Kernel } from '../kernel/kernel.ts';
import { KIND } from '../kernel/kinds.ts';
import { startRoster, type Shift } from '../queue/roster.ts';
import type { ServerPool } from '../queue/server-pool.ts';

interface PositionDuty {
  /** To be called once, when everything else stands: shifts under way begin. */
  start(): void;
  /** The position has ended a call. True where its shift was over and it goes off duty; otherwise it is to be made idle. */
  leaves(position: number): boolean;
  /** Position time on duty until now. */
  onDutyMs(): number;
}

/** `came`: to be called when positions came on duty. */
export function createPositionDuty(
  o: { kernel: Kernel; positions: number; shifts?: readonly Shift[]; zone?: string },
  pool: ServerPool<unknown>,
  isOnCall: (position: number) => boolean,
  came: () => void,
): PositionDuty {
  const { kernel, positions } = o;
  const shifts = o.shifts ?? null;
  const isLate = new Uint8Array(positions);
  let onDuty = shifts === null ? positions : 0;
  let sinceMs = kernel.nowMs;
  let spentMs = 0;

  /** So many more are on duty from now on. */
  function change(by: number): void {
    spentMs += onDuty * (kernel.nowMs - sinceMs);
    sinceMs = kernel.nowMs;
    onDuty += by;
  }

  function leave(position: number): void {
    isLate[position] = 0;
    change(-1);
  }

  function begin({ first, count, lengthHours }: Shift): void {
    for (let position = first; position < first + count; position += 1) {
      if (isLate[position] === 1) {
        isLate[position] = 0;
        continue;
      }
      // A shift of a whole day begins anew without having ended.
      if (lengthHours === 24 && (isOnCall(position) || pool.isIdle(position))) continue;
      pool.free(position);
      change(1);
    }
    came();
  }

  function end({ first, count }: Shift): void {
    for (let position = first; position < first + count; position += 1) {
      if (isOnCall(position)) {
        isLate[position] = 1;
        continue;
      }
      pool.occupy(position);
      leave(position);
    }
  }

  return {
    start() {
      if (shifts === null) return;
      for (let position = 0; position < positions; position += 1) pool.occupy(position);
      startRoster({ kernel, kind: KIND.callTakerShift, zone: o.zone ?? 'UTC', shifts, begin, end });
    },
    leaves(position) {
      if (isLate[position] === 0) return false;
      leave(position);
      return true;
    },
    onDutyMs: () => spentMs + onDuty * (kernel.nowMs - sinceMs),
  };
}
