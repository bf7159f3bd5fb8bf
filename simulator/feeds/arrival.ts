/** The way of messages from the source to the door: delays, gaps, copies, reordering and outages take effect here. */
import { MINUTE_MS } from '../../contract/time.ts';
import { KIND } from '../kernel/kinds.ts';
import type { FeedContext } from './feed-context.ts';
import type { PendingMessage } from './lanes.ts';
import type { Outages } from './outages.ts';

/** A message of the reorder fault that nothing overtakes arrives after this long all the same. */
const REORDER_HOLD_MS = 10 * MINUTE_MS;
/** The kernel's ordinals are below this. */
const ORDINALS = 65_536;

/** Messages of one feed on their way to the door. */
export class Arrivals {
  readonly #context: FeedContext;
  readonly #outages: Outages;

  constructor(context: FeedContext, outages: Outages) {
    this.#context = context;
    this.#outages = outages;
  }

  /** The source puts a message out. */
  send(message: PendingMessage): void {
    if (message.generation !== this.#context.generation) return;
    const { plan, lane } = message;
    if (plan.gap) {
      this.#context.underWay -= 1;
      this.#context.logFault('gap', message.messageId, 'never arrives');
      return;
    }
    let arrivalMs = this.#context.kernel.nowMs + plan.delayMs;
    // A slow answer to a poll is overtaken by the next one; everything else travels in order.
    if (message.dialect !== 'dallas') arrivalMs = Math.max(arrivalMs, lane.lastArrivalMs);
    lane.lastArrivalMs = arrivalMs;
    this.#schedule(message, arrivalMs);
  }

  /** A message would arrive now. */
  arrive(message: PendingMessage): void {
    if (message.generation !== this.#context.generation || message.isDone) return;
    const { lane } = message;
    const caught = this.#outages.catches(message);
    if (caught === 'lost') {
      this.#finish(message);
      return;
    }
    if (caught !== null) {
      this.#schedule(message, caught.untilMs);
      return;
    }
    if (message.plan.reorder && !message.isCopy && !message.isHeld) {
      message.isHeld = true;
      lane.held.push(message);
      this.#schedule(message, this.#context.kernel.nowMs + REORDER_HOLD_MS);
      return;
    }
    this.#deliver(message, 'nothing came in time');
    for (const held of lane.held.filter((h) => h.sequence < message.sequence))
      this.#deliver(held, `after ${message.messageId}`);
  }

  /** `how`: what ended the wait of a message that was held back. */
  #deliver(message: PendingMessage, how: string): void {
    this.#finish(message);
    this.#logFaults(message, how);
    this.#fold(message);
    const { messageId, dialect, body, changedMs, publishedMs } = message;
    const { agency, options } = this.#context;
    options.host.door({ messageId, agency, dialect, body }, message.manifest, { changedMs, publishedMs });
    if (message.plan.copyMs !== null && !message.isCopy) this.#copy(message, message.plan.copyMs);
  }

  /** The same message comes a second time, `afterMs` from now. */
  #copy(message: PendingMessage, afterMs: number): void {
    const messageId = `${message.messageId}-d`;
    const manifest = { ...message.manifest, messageId };
    this.#context.underWay += 1;
    this.#context.copies += 1;
    this.#schedule(
      { ...message, messageId, isCopy: true, isDone: false, manifest },
      this.#context.kernel.nowMs + afterMs,
    );
  }

  #schedule(message: PendingMessage, atMs: number): void {
    const ordinal = (2 * message.sequence + (message.isCopy ? 1 : 0)) % ORDINALS;
    this.#context.kernel.schedule(atMs, KIND.doorArrival, message.lane.entity, ordinal, message);
  }

  #finish(message: PendingMessage): void {
    this.#context.underWay -= 1;
    message.isDone = true;
    if (message.isHeld) message.lane.held = message.lane.held.filter((h) => h !== message);
  }

  #logFaults({ messageId, plan, isCopy, variant }: PendingMessage, how: string): void {
    const context = this.#context;
    if (isCopy) {
      context.logFault('duplicate', messageId, 'delivered again');
      return;
    }
    if (plan.delayMs > 0) context.logFault('delay', messageId, `${plan.delayMs} ms`);
    if (plan.reorder) context.logFault('reorder', messageId, how);
    if (variant !== null) context.logFault('malformed', messageId, variant);
  }

  /** The history already holds a snapshot's rows, since they were listed: the length of the body says which they were. */
  #fold(message: PendingMessage): void {
    const { history } = this.#context.kernel;
    history.foldText(message.messageId);
    if (message.dialect === 'dallas') history.fold(message.body.length);
    else history.foldText(message.body);
  }
}
