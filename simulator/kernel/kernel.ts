/**
 * The event kernel of one agency: schedule (time, kind, entity, ordinal), run in that order, never in the order of insertion.
 *
 * A 4-ary heap over typed arrays; the tie-break (kind, entity, ordinal) is packed into one exact double, so that an event
 * costs two comparisons of numbers. Two events of equal (time, kind, entity, ordinal) would make the order undefined: the
 * kernel throws when it meets them.
 */
import { History } from './history.ts';
import { KINDS_MAX, type Kind } from './kinds.ts';

export type Handler = (entity: number, payload: unknown, ordinal: number) => void;

const ORDINALS_MAX = 65_536;
const ENTITIES_MAX = 4_294_967_296;

export class Kernel {
  /** Simulated time, UTC ms. Moves forward only. */
  nowMs: number;
  /** Events run so far, and those of them that were device motions (kind 0). */
  events = 0;
  motions = 0;
  readonly history = new History();

  private times = new Float64Array(1024);
  private keys = new Float64Array(1024);
  private slots = new Int32Array(1024);
  private size = 0;
  private readonly payloads: unknown[] = [];
  private readonly free: number[] = [];
  private readonly handlers: (Handler | undefined)[] = new Array<Handler | undefined>(KINDS_MAX).fill(undefined);
  private lastTime = -1;
  private lastKey = -1;
  /** Called before each event while set; for naming the first difference between two runs. */
  trace: ((timeMs: number, kind: number, entity: number, ordinal: number) => void) | null = null;

  constructor(startMs: number) {
    this.nowMs = startMs;
  }

  /** Sets the one handler of a kind. Throws on a second one. */
  on(kind: Kind, handler: Handler): void {
    if (this.handlers[kind] !== undefined) throw new Error(`kernel: kind ${kind} has a handler already`);
    this.handlers[kind] = handler;
  }

  /**
   * Schedules an event. `atMs`: integer, not before now. `entity`: integer 0 to 2^32 - 1. `ordinal`: integer 0 to 65535,
   * telling apart events of one entity and kind at one moment. Throws where one is out of range.
   */
  schedule(atMs: number, kind: Kind, entity: number, ordinal: number, payload?: unknown): void {
    if (!(atMs >= this.nowMs) || atMs !== Math.floor(atMs)) throw new RangeError(`kernel: time ${atMs} is not an integer at or after ${this.nowMs}`);
    if (!(entity >= 0 && entity < ENTITIES_MAX) || !(ordinal >= 0 && ordinal < ORDINALS_MAX)) {
      throw new RangeError(`kernel: entity ${entity} or ordinal ${ordinal} out of range (kind ${kind})`);
    }
    let slot = -1;
    if (payload !== undefined) {
      slot = this.free.length > 0 ? (this.free.pop() as number) : this.payloads.length;
      this.payloads[slot] = payload;
    }
    this.push(atMs, (kind * ENTITIES_MAX + entity) * ORDINALS_MAX + ordinal, slot);
  }

  /** Time of the next event; Infinity where none. */
  nextMs(): number {
    return this.size === 0 ? Infinity : this.times[0];
  }

  /** Runs every event before `untilMs` (exclusive), then moves the clock there. */
  runUntil(untilMs: number): void {
    while (this.size > 0 && this.times[0] < untilMs) this.step();
    if (untilMs > this.nowMs) this.nowMs = untilMs;
  }

  /** Runs the next event. Call only where `nextMs()` is finite. */
  step(): void {
    const time = this.times[0];
    const key = this.keys[0];
    const slot = this.slots[0];
    this.pop();
    const ordinal = key % ORDINALS_MAX;
    const rest = (key - ordinal) / ORDINALS_MAX;
    const entity = rest % ENTITIES_MAX;
    const kind = (rest - entity) / ENTITIES_MAX;
    if (time === this.lastTime && key === this.lastKey) {
      throw new Error(`kernel: two events of kind ${kind}, entity ${entity}, ordinal ${ordinal} at ${time}: their order is undefined`);
    }
    this.lastTime = time;
    this.lastKey = key;
    this.nowMs = time;
    this.events += 1;
    if (kind === 0) this.motions += 1;
    if (this.trace !== null) this.trace(time, kind, entity, ordinal);
    const history = this.history;
    history.fold(time);
    history.fold(kind * ORDINALS_MAX + ordinal);
    history.fold(entity);
    let payload: unknown;
    if (slot >= 0) {
      payload = this.payloads[slot];
      this.payloads[slot] = undefined;
      this.free.push(slot);
    }
    const handler = this.handlers[kind];
    if (handler === undefined) throw new Error(`kernel: no handler for kind ${kind}`);
    handler(entity, payload, ordinal);
  }

  /** Events waiting. */
  pending(): number {
    return this.size;
  }

  // --- internal ---

  private push(time: number, key: number, slot: number): void {
    if (this.size === this.times.length) this.grow();
    const { times, keys, slots } = this;
    let i = this.size;
    this.size += 1;
    while (i > 0) {
      const parent = (i - 1) >> 2;
      const t = times[parent];
      if (t < time || (t === time && keys[parent] <= key)) break;
      times[i] = t;
      keys[i] = keys[parent];
      slots[i] = slots[parent];
      i = parent;
    }
    times[i] = time;
    keys[i] = key;
    slots[i] = slot;
  }

  private pop(): void {
    const { times, keys, slots } = this;
    const size = this.size - 1;
    this.size = size;
    if (size === 0) return;
    const time = times[size];
    const key = keys[size];
    const slot = slots[size];
    let i = 0;
    for (;;) {
      const first = 4 * i + 1;
      if (first >= size) break;
      const end = first + 4 < size ? first + 4 : size;
      let least = first;
      let t = times[first];
      let k = keys[first];
      for (let child = first + 1; child < end; child += 1) {
        const ct = times[child];
        if (ct < t || (ct === t && keys[child] < k)) {
          least = child;
          t = ct;
          k = keys[child];
        }
      }
      if (time < t || (time === t && key <= k)) break;
      times[i] = t;
      keys[i] = k;
      slots[i] = slots[least];
      i = least;
    }
    times[i] = time;
    keys[i] = key;
    slots[i] = slot;
  }

  private grow(): void {
    const length = this.times.length * 2;
    const times = new Float64Array(length);
    times.set(this.times);
    this.times = times;
    const keys = new Float64Array(length);
    keys.set(this.keys);
    this.keys = keys;
    const slots = new Int32Array(length);
    slots.set(this.slots);
    this.slots = slots;
  }
}
