/**
 * What police time went into: units on duty, busy units and waiting jobs as integrals over time, in all and by simulated hour, and busy time by
 * cause. Integers throughout, so that sums do not depend on their order.
 */
import { HOUR_MS } from '../../contract/time.ts';

/** What a job is, for the account of unit time. `call`: somebody asked; `self`: an officer started it. */
export interface JobTags {
  cause: 'call' | 'self';
  /** Nothing had happened. */
  unfounded: boolean;
  /** An alert or a post led to it. */
  induced: boolean;
}

export interface BusyMs {
  total: number;
  call: number;
  self: number;
  /** Of the total: on jobs where nothing had happened, and on jobs that alerts or posts led to. */
  unfounded: number;
  induced: number;
}

/** Unit time busy and on duty, and waiting-job time, within one hour counted from the start. */
export interface LoadHour {
  busyMs: number;
  waitingMs: number;
  onDutyMs: number;
}

export class Load {
  waitingMs = 0;
  waitingMax = 0;
  onDutyMs = 0;
  private readonly hours: LoadHour[] = [];
  private readonly causes: BusyMs = { total: 0, call: 0, self: 0, unfounded: 0, induced: 0 };
  private busy = 0;
  private waiting = 0;
  private onDuty: number;
  private readonly startMs: number;
  private lastMs: number;

  /** `onDuty`: units at the start. */
  constructor(startMs: number, onDuty: number) {
    this.startMs = startMs;
    this.onDuty = onDuty;
    this.lastMs = startMs;
  }

  /** From `nowMs` on so many units are busy, so many jobs wait without one, and so many units are on duty. */
  set(nowMs: number, busy: number, waiting: number, onDuty: number): void {
    this.advance(nowMs);
    this.busy = busy;
    this.onDuty = onDuty;
    this.waiting = waiting;
    if (waiting > this.waitingMax) this.waitingMax = waiting;
  }

  /** One unit spent so long on a job. */
  spent(ms: number, tags: JobTags): void {
    add(this.causes, ms, tags);
  }

  /** Busy time by cause: jobs ended, and those that `inProgress` lists. */
  busyMs(inProgress: { ms: number; tags: JobTags }[]): BusyMs {
    const sum = { ...this.causes };
    for (const { ms, tags } of inProgress) add(sum, ms, tags);
    return sum;
  }

  /** Hours from the start until `nowMs`, the last one as far as it went. */
  hourly(nowMs: number): LoadHour[] {
    this.advance(nowMs);
    return this.hours.map((hour) => ({ ...hour }));
  }

  // --- internal ---

  private advance(nowMs: number): void {
    let fromMs = this.lastMs;
    while (fromMs < nowMs) {
      const index = Math.floor((fromMs - this.startMs) / HOUR_MS);
      const untilMs = Math.min(nowMs, this.startMs + (index + 1) * HOUR_MS);
      while (this.hours.length <= index) this.hours.push({ busyMs: 0, waitingMs: 0, onDutyMs: 0 });
      const hour = this.hours[index];
      hour.busyMs += this.busy * (untilMs - fromMs);
      hour.waitingMs += this.waiting * (untilMs - fromMs);
      hour.onDutyMs += this.onDuty * (untilMs - fromMs);
      fromMs = untilMs;
    }
    this.waitingMs += this.waiting * (nowMs - this.lastMs);
    this.onDutyMs += this.onDuty * (nowMs - this.lastMs);
    this.lastMs = nowMs;
  }
}

function add(sum: BusyMs, ms: number, tags: JobTags): void {
  sum.total += ms;
  sum[tags.cause] += ms;
  if (tags.unfounded) sum.unfounded += ms;
  if (tags.induced) sum.induced += ms;
}
