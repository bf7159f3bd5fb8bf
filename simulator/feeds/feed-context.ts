/** State and services that all parts of one feed share. */
import type { Dialect } from '../../contract/catalogue.ts';
import type { FaultKind } from '../../contract/record/kinds.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { KIND } from '../kernel/kinds.ts';
import type { FeedOptions } from './feed-api.ts';
import { FEED_ENTITY } from './lanes.ts';
import type { RenderContext } from './rendering.ts';

type PeriodKind = typeof KIND.feedBatch | typeof KIND.portalPoll;

/** The feed in force, the counts of its messages, and the log of its faults. */
export class FeedContext {
  readonly options: FeedOptions;
  readonly kernel: Kernel;
  /** Agency id. */
  readonly agency: string;
  /** The agency's clock minus true time, ms. */
  readonly skewMs: number;
  /** Entry of the agency's feeds in force; -1 before the first. Messages of another generation no longer count. */
  generation = -1;
  /** The dialect in force; null if no feed is. */
  dialect: Dialect | null = null;
  /** These three are counts of `FeedTally`. */
  composed = 0;
  copies = 0;
  underWay = 0;

  constructor(options: FeedOptions) {
    this.options = options;
    this.kernel = options.kernel;
    this.agency = options.profile.id;
    this.skewMs = options.skewed ? options.faults.clockSkewMs : 0;
  }

  renderContext(publishedMs: number): RenderContext {
    return { profile: this.options.profile, skewMs: this.skewMs, publishedMs };
  }

  logFault(kind: FaultKind, messageId: string | null, detail: string, messages = 0): void {
    const { history, nowMs } = this.kernel;
    history.foldText(kind);
    history.foldText(detail);
    this.options.host.fault({ kind, atMs: nowMs, messageId, detail, messages });
  }

  /** Schedules the first batch or poll. Agencies differ in phase by a step that shares no factor with usual periods. */
  scheduleFirst(kind: PeriodKind, periodMs: number): void {
    this.#schedule(kind, this.kernel.nowMs + 1 + ((this.options.agencyIndex * 7919) % periodMs));
  }

  /** Schedules the next batch or poll, one period from now. */
  scheduleNext(kind: PeriodKind, periodMs: number): void {
    this.#schedule(kind, this.kernel.nowMs + periodMs);
  }

  #schedule(kind: PeriodKind, atMs: number): void {
    if (atMs < this.options.endMs) this.kernel.schedule(atMs, kind, FEED_ENTITY, this.generation, this.generation);
  }
}
