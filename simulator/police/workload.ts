/**
 * The account of police time: units on duty, busy units and waiting jobs as integrals over time, in all and by simulated hour; and busy
 * time by cause. All are integers, so that sums do not depend on their order.
 */
import { HOUR_MS } from '../../contract/time.ts';

/** How a job counts in the account of unit time. */
export interface JobTags {
  /** `call`: somebody asked for police. `self`: an officer started it. */
  cause: 'call' | 'self';
  /** True if nothing had happened. */
  unfounded: boolean;
  /** True if an alert or a post led to it. */
  induced: boolean;
}

/** Busy unit time, ms. */
export interface BusyMs {
  total: number;
  call: number;
  self: number;
  /** Part of the total spent on jobs for which nothing had happened. */
  unfounded: number;
  /** Part of the total spent on jobs that alerts or posts led to. */
  induced: number;
}

/** Unit time busy and on duty, and job time waiting for a unit, within one hour counted from the start; ms. */
export interface WorkloadHour {
  busyMs: number;
  waitingMs: number;
  onDutyMs: number;
}

/** Keeps the account of one agency's police time. */
export class Workload {
  waitingMs = 0;
  waitingMax = 0;
  onDutyMs = 0;
  readonly #hours: WorkloadHour[] = [];
  readonly #causes: BusyMs = { total: 0, call: 0, self: 0, unfounded: 0, induced: 0 };
  readonly #startMs: number;
  #busy = 0;
  #waiting = 0;
  #onDuty: number;
  #lastMs: number;

  /** `onDuty`: units at the start. */
  constructor(startMs: number, onDuty: number) {
    this.#startMs = startMs;
    this.#onDuty = onDuty;
    this.#lastMs = startMs;
  }

  /** From `nowMs` on, this many units are busy, jobs wait without a unit, and units are on duty. */
  set(nowMs: number, busy: number, waiting: number, onDuty: number): void {
    this.#advance(nowMs);
    this.#busy = busy;
    this.#onDuty = onDuty;
    this.#waiting = waiting;
    if (waiting > this.waitingMax) this.waitingMax = waiting;
  }

  /** One unit has spent `ms` on a job. */
  spend(ms: number, tags: JobTags): void {
    add(this.#causes, ms, tags);
  }

  /** Busy time by cause: jobs that have ended, and those in progress. */
  busyMs(inProgress: readonly { ms: number; tags: JobTags }[]): BusyMs {
    const sum = { ...this.#causes };
    for (const { ms, tags } of inProgress) add(sum, ms, tags);
    return sum;
  }

  /** One entry for each hour from the start until `nowMs`, the last one as far as it went. */
  hourly(nowMs: number): WorkloadHour[] {
    this.#advance(nowMs);
    return this.#hours.map((hour) => ({ ...hour }));
  }

  #advance(nowMs: number): void {
    let fromMs = this.#lastMs;
    while (fromMs < nowMs) {
      const index = Math.floor((fromMs - this.#startMs) / HOUR_MS);
      const untilMs = Math.min(nowMs, this.#startMs + (index + 1) * HOUR_MS);
      while (this.#hours.length <= index) this.#hours.push({ busyMs: 0, waitingMs: 0, onDutyMs: 0 });
      const hour = this.#hours[index];
      hour.busyMs += this.#busy * (untilMs - fromMs);
      hour.waitingMs += this.#waiting * (untilMs - fromMs);
      hour.onDutyMs += this.#onDuty * (untilMs - fromMs);
      fromMs = untilMs;
    }
    this.waitingMs += this.#waiting * (nowMs - this.#lastMs);
    this.onDutyMs += this.#onDuty * (nowMs - this.#lastMs);
    this.#lastMs = nowMs;
  }
}

// --- internal ---

function add(sum: BusyMs, ms: number, tags: JobTags): void {
  sum.total += ms;
  sum[tags.cause] += ms;
  if (tags.unfounded) sum.unfounded += ms;
  if (tags.induced) sum.induced += ms;
}
