/** Outages of a feed: while one lasts, messages are held until its end or lost, and batches and polls are skipped. */
import { DAY_MS } from '../../contract/time.ts';
import { KIND } from '../kernel/kinds.ts';
import { exponential, keyedDraw, type Draw } from '../kernel/random.ts';
import type { FeedContext } from './feed-context.ts';
import type { PendingMessage } from './lanes.ts';

interface Outage {
  /** Counts the feed's outages, from 0. */
  number: number;
  untilMs: number;
  /** Messages held and lost, and batches and polls skipped so far. */
  held: number;
  lost: number;
  skipped: number;
}

/** The outages of one feed. */
export class Outages {
  readonly #context: FeedContext;
  /** One stream for all begins and lengths, in order of time. */
  readonly #draw: Draw;
  #current: Outage | null = null;

  constructor(context: FeedContext) {
    this.#context = context;
    this.#draw = keyedDraw(context.options.seeds, `feed/${context.agency}/outage`, 0);
  }

  /** Messages lost in the present outage. */
  lost(): number {
    return this.#current?.lost ?? 0;
  }

  /** Schedules the first outage, if the feed has any. */
  start(): void {
    this.#scheduleBegin(0);
  }

  begin(number: number): void {
    const { kernel, options } = this.#context;
    const lengthMs = Math.max(1, Math.round(exponential(this.#draw, options.faults.outageMsMean)));
    const untilMs = Math.min(kernel.nowMs + lengthMs, options.endMs);
    this.#current = { number, untilMs, held: 0, lost: 0, skipped: 0 };
    kernel.schedule(untilMs, KIND.outage, number, 1);
  }

  end(): void {
    if (this.#current === null) return;
    const { number, held, lost, skipped } = this.#current;
    this.#current = null;
    const detail = `${held} held, ${lost} lost, ${skipped} polls or batches skipped`;
    this.#context.logFault('outage', null, detail, lost);
    this.#scheduleBegin(number + 1);
  }

  /** True for a batch or poll that falls into an outage. */
  skips(): boolean {
    if (this.#current === null) return false;
    this.#current.skipped += 1;
    return true;
  }

  /** Decides on a message that would arrive now. If there is an outage, it is lost or held until `untilMs`; null if there is none. */
  catches(message: PendingMessage): 'lost' | { untilMs: number } | null {
    const outage = this.#current;
    if (outage === null) return null;
    const { seeds, faults } = this.#context.options;
    const key = `${message.key}.${message.isCopy}.${outage.number}`;
    if (keyedDraw(seeds, `feed/${this.#context.agency}/outage-loss`, key)() < faults.outageLossShare) {
      outage.lost += 1;
      return 'lost';
    }
    outage.held += 1;
    return { untilMs: outage.untilMs };
  }

  #scheduleBegin(number: number): void {
    const { kernel, options } = this.#context;
    if (options.faults.outagesPerDay <= 0) return;
    const gapMs = Math.max(1, Math.round(exponential(this.#draw, DAY_MS / options.faults.outagesPerDay)));
    const atMs = kernel.nowMs + gapMs;
    if (atMs < options.endMs) kernel.schedule(atMs, KIND.outage, number, 0);
  }
}
