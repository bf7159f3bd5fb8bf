/**
 * An agency's feed: it turns changes of records into messages at the platform's door, in the dialect in force, with its delays and faults.
 *
 * Four dialects push one message a change (composer.ts); a feed like Seattle's sends a CSV batch every period (batch.ts); a portal
 * shows the open records and is polled (portal.ts). Each message belongs to a lane (lanes.ts), and messages are numbered in the order
 * of composing. A fault is logged when it takes effect: with the message that arrives late, twice, broken or overtaken, or in place of
 * the one that never arrives (arrival.ts, outages.ts).
 */
import type { CadChange, CadRecord } from '../cad/record.ts';
import { KIND } from '../kernel/kinds.ts';
import { keyedDraw, lognormal } from '../kernel/random.ts';
import { Arrivals } from './arrival.ts';
import { Batches, type BatchEntry } from './batch.ts';
import { Composer, nextSequence } from './composer.ts';
import type { FeedOptions, FeedTally } from './feed-api.ts';
import { FeedContext } from './feed-context.ts';
import { FEED_ENTITY, Lanes, type PendingMessage } from './lanes.ts';
import { Outages } from './outages.ts';
import { Portal, type PortalEntry } from './portal.ts';

/** Spread (standard deviation / mean) of the publication delay: three suburbs' receipt to upload, p50 54 and p90 132 min (weak). */
const PUBLISH_DELAY_CV = 0.8;
/** The kernel's ordinals are below this. */
const ORDINALS = 65_536;

/** A thing that is published at a moment: a message, or a record's new state in a batch or on the portal. */
type Publication = { kind: 'message'; message: PendingMessage } | BatchEntry | PortalEntry;

/** The feed of one agency. */
export class Feed {
  readonly #context: FeedContext;
  readonly #lanes = new Lanes();
  readonly #composer: Composer;
  readonly #outages: Outages;
  readonly #arrivals: Arrivals;
  readonly #batches: Batches;
  readonly #portal: Portal;
  /** Open records by ordinal: a new feed starts with them. */
  readonly #open = new Map<number, CadRecord>();

  constructor(options: FeedOptions) {
    this.#context = new FeedContext(options);
    this.#composer = new Composer(this.#context, this.#lanes);
    this.#outages = new Outages(this.#context);
    this.#arrivals = new Arrivals(this.#context, this.#outages);
    this.#batches = new Batches(this.#context, this.#composer, this.#outages);
    this.#portal = new Portal(this.#context, this.#composer, this.#outages);
  }

  /** Opens the feed in force at the kernel's time. Call it once, before the first event. */
  start(): void {
    const { kernel, options, skewMs } = this.#context;
    const { feeds } = options.profile;
    this.#handleEvents();
    if (skewMs !== 0) this.#context.logFault('clockSkew', null, `${skewMs} ms`);
    let current = -1;
    feeds.forEach((entry, i) => {
      if (entry.fromMs <= kernel.nowMs) current = i;
      else if (entry.fromMs < options.endMs) kernel.schedule(entry.fromMs, KIND.outage, FEED_ENTITY, i, i);
    });
    const withdrawMs = options.withdrawMs ?? null;
    if (withdrawMs !== null && withdrawMs < options.endMs)
      kernel.schedule(withdrawMs, KIND.outage, FEED_ENTITY, feeds.length, feeds.length);
    this.#outages.start();
    if (current >= 0) this.#openFeed(current);
  }

  /** Tells a record's new state. Call it at each change, officer-initiated records included. */
  recordChanged(record: CadRecord, change: CadChange): void {
    if (record.status === 'open') this.#open.set(record.ordinal, record);
    else this.#open.delete(record.ordinal);
    this.#context.kernel.history.foldText(change);
    this.#tell(record);
  }

  tally(): FeedTally {
    const { composed, copies, underWay } = this.#context;
    return { composed, copies, underWay, lostUnlogged: this.#outages.lost() };
  }

  #handleEvents(): void {
    const { kernel } = this.#context;
    kernel.on(KIND.feedPublish, (_, payload) => this.#publish(payload as Publication));
    kernel.on(KIND.doorArrival, (_, payload) => this.#arrivals.arrive(payload as PendingMessage));
    kernel.on(KIND.feedBatch, (_, generation) => {
      if (generation === this.#context.generation) this.#send(this.#batches.compose());
    });
    kernel.on(KIND.portalPoll, (_, generation) => {
      if (generation === this.#context.generation) this.#send(this.#portal.poll());
    });
    kernel.on(KIND.outage, (entity, payload, ordinal) => {
      if (entity === FEED_ENTITY) this.#switchTo(payload as number);
      else if (ordinal === 0) this.#outages.begin(entity);
      else this.#outages.end();
    });
  }

  #send(message: PendingMessage | null): void {
    if (message !== null) this.#arrivals.send(message);
  }

  /** Sends a record's present state on its way, as the dialect in force does. */
  #tell(record: CadRecord): void {
    const { kernel, options, agency, dialect } = this.#context;
    if (dialect === null) return;
    const lane = this.#lanes.ofRecord(record.ordinal);
    const sequence = nextSequence(lane);
    const key = `${record.incident}.${record.receivedMs}.${sequence}`;
    const delayMs = lognormal(
      keyedDraw(options.seeds, `feed/${agency}/publication`, key),
      options.publishDelayMsMean[dialect],
      PUBLISH_DELAY_CV,
    );
    const publishedMs = Math.max(lane.lastPublishMs, kernel.nowMs + Math.round(delayMs));
    lane.lastPublishMs = publishedMs;
    let publication: Publication;
    switch (dialect) {
      case 'eido':
      case 'sf':
      case 'tampa':
      case 'milwaukee': {
        const stub = { dialect, lane, sequence, key, changedMs: kernel.nowMs, publishedMs };
        publication = { kind: 'message', message: this.#composer.single(record, stub) };
        break;
      }
      case 'seattle':
        publication = this.#batches.entry(record);
        break;
      case 'dallas':
        if (record.status !== 'open') {
          this.#portal.unlist(record.ordinal);
          return;
        }
        publication = this.#portal.entry(record);
        break;
    }
    kernel.schedule(publishedMs, KIND.feedPublish, record.ordinal, sequence % ORDINALS, publication);
  }

  #publish(publication: Publication): void {
    switch (publication.kind) {
      case 'message':
        this.#arrivals.send(publication.message);
        return;
      case 'cells':
        if (publication.generation === this.#context.generation) this.#batches.add(publication);
        return;
      case 'rows':
        // The record may have closed in the meantime.
        if (publication.generation === this.#context.generation && this.#open.has(publication.ordinal))
          this.#portal.list(publication);
    }
  }

  /** The feed in force is withdrawn, and entry `next` of the agency's feeds takes its place, or nothing. */
  #switchTo(next: number): void {
    const { dialect, underWay, options } = this.#context;
    const { feeds } = options.profile;
    if (dialect !== null) {
      const to = next < feeds.length ? feeds[next].dialect : 'nothing';
      const detail = `${dialect} -> ${to}; ${underWay} under way never arrive`;
      this.#context.logFault('withdrawal', null, detail, underWay);
    }
    this.#openFeed(next);
  }

  #openFeed(next: number): void {
    const { feeds } = this.#context.options.profile;
    const dialect = next < feeds.length ? feeds[next].dialect : null;
    this.#context.generation = next;
    this.#context.dialect = dialect;
    this.#context.underWay = 0;
    this.#batches.clear();
    this.#portal.clear();
    this.#lanes.dropHeld();
    if (dialect === null) return;
    const records = [...this.#open.values()].sort((a, b) => a.ordinal - b.ordinal);
    switch (dialect) {
      case 'seattle':
        this.#batches.open(records);
        break;
      case 'dallas':
        this.#portal.open(records);
        break;
      case 'eido':
      case 'sf':
      case 'tampa':
      case 'milwaukee':
        for (const record of records) this.#tell(record);
    }
  }
}
