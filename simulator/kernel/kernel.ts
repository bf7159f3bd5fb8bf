/**
 * The event kernel of one agency. It runs events in the order of (time, kind, entity, ordinal), never in the order of insertion. The order of
 * two events with equal (time, kind, entity, ordinal) would be undefined: the kernel throws when it meets them.
 */
import { EventHeap } from './event-heap.ts';
import { History } from './history.ts';
import { KINDS_MAX, type Kind } from './kinds.ts';

/** Runs one event. `payload`: as scheduled, undefined if none was. */
export type Handler = (entity: number, payload: unknown, ordinal: number) => void;

/** Ordinals and entities are below these. */
const ORDINALS_MAX = 65_536;
const ENTITIES_MAX = 4_294_967_296;

/** The clock and the event queue of one agency. */
export class Kernel {
  /** Simulated time, UTC ms. Moves forward only. */
  nowMs: number;
  /** Events run so far, and the number of device motions (kind 0) among them. */
  events = 0;
  motions = 0;
  readonly history = new History();
  /** If set, the kernel calls it before each event. It serves to name the first difference between two runs. */
  trace: ((timeMs: number, kind: number, entity: number, ordinal: number) => void) | null = null;
  readonly #heap = new EventHeap();
  readonly #handlers: (Handler | undefined)[] = new Array<Handler | undefined>(KINDS_MAX).fill(undefined);

  constructor(startMs: number) {
    this.nowMs = startMs;
  }

  /** Sets the one handler of a kind. Throws if it has one already. */
  on(kind: Kind, handler: Handler): void {
    if (this.#handlers[kind] !== undefined) throw new Error(`kernel: kind ${kind} has a handler already`);
    this.#handlers[kind] = handler;
  }

  /**
   * Schedules an event. `atMs`: integer, not before now. `entity`: integer 0 to 2^32 - 1. `ordinal`: integer 0 to 65535, which tells events of
   * one entity and kind at one moment apart. Throws RangeError if one is out of range.
   */
  schedule(atMs: number, kind: Kind, entity: number, ordinal: number, payload?: unknown): void {
    if (
      !(
        atMs >= this.nowMs &&
        atMs === Math.floor(atMs) &&
        entity >= 0 &&
        entity < ENTITIES_MAX &&
        ordinal >= 0 &&
        ordinal < ORDINALS_MAX
      )
    ) {
      this.#refuse(atMs, kind, entity, ordinal);
    }
    const heap = this.#heap;
    if (heap.size === heap.slots.length) heap.grow();
    // The event is written behind the last one and moved from there: passing its index costs less than passing its doubles.
    const at = heap.size;
    heap.events[2 * at] = atMs;
    heap.events[2 * at + 1] = (kind * ENTITIES_MAX + entity) * ORDINALS_MAX + ordinal;
    heap.slots[at] = payload === undefined ? -1 : heap.keep(payload);
    if (heap.isHollow) {
      heap.isHollow = false;
      heap.siftDown(at);
    } else {
      heap.size = at + 1;
      heap.siftUp(at);
    }
  }

  /** Time of the next event, ms; Infinity if there is none. */
  nextMs(): number {
    const heap = this.#heap;
    heap.close();
    return heap.size === 0 ? Infinity : heap.events[0];
  }

  /** Runs every event before `untilMs` (exclusive), then moves the clock there. */
  runUntil(untilMs: number): void {
    const heap = this.#heap;
    const handlers = this.#handlers;
    while (heap.size > 0 && heap.events[0] < untilMs) runNext(this, heap, handlers);
    if (untilMs > this.nowMs) this.nowMs = untilMs;
  }

  /** Runs the next event. Call it only if `nextMs()` is finite, and never from within a handler. */
  step(): void {
    runNext(this, this.#heap, this.#handlers);
  }

  /** The number of events that wait. */
  pending(): number {
    this.#heap.close();
    return this.#heap.size;
  }

  #refuse(atMs: number, kind: Kind, entity: number, ordinal: number): never {
    if (!(atMs >= this.nowMs && atMs === Math.floor(atMs)))
      throw new RangeError(`kernel: time ${atMs} is not an integer at or after ${this.nowMs}`);
    throw new RangeError(`kernel: entity ${entity} or ordinal ${ordinal} out of range (kind ${kind})`);
  }
}

// --- internal ---

/** Runs the root of the kernel's heap. It takes heap and handlers as arguments because a private field costs more to read. */
function runNext(kernel: Kernel, heap: EventHeap, handlers: readonly (Handler | undefined)[]): void {
  const time = heap.events[0];
  const key = heap.events[1];
  const slot = heap.slots[0];
  heap.isHollow = true;
  // Powers of two divide exactly, and a floor costs a fraction of a remainder of doubles.
  const high = Math.floor(key / ORDINALS_MAX);
  const ordinal = (key - high * ORDINALS_MAX) | 0;
  const kind = Math.floor(high / ENTITIES_MAX) | 0;
  const entity = (high - kind * ENTITIES_MAX) >>> 0;
  if (time === heap.lastTime && key === heap.lastKey) {
    throw new Error(
      `kernel: two events of kind ${kind}, entity ${entity}, ordinal ${ordinal} at ${time}: their order is undefined`,
    );
  }
  heap.lastTime = time;
  heap.lastKey = key;
  kernel.nowMs = time;
  kernel.events += 1;
  if (kind === 0) kernel.motions += 1;
  if (kernel.trace !== null) kernel.trace(time, kind, entity, ordinal);
  kernel.history.foldEvent(time, kind * ORDINALS_MAX + ordinal, entity);
  const payload = slot >= 0 ? heap.release(slot) : undefined;
  const handler = handlers[kind];
  if (handler === undefined) throw new Error(`kernel: no handler for kind ${kind}`);
  handler(entity, payload, ordinal);
  heap.close();
}
