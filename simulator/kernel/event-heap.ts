/**
 * The kernel's queue: a 4-ary heap over typed arrays. An event's tie-break (kind, entity, ordinal) is packed into one exact double, its key,
 * so that an event costs two comparisons of numbers.
 *
 * Its fields are public and for the kernel alone, which reads and writes the heap itself: through private fields or calls with doubles, an
 * event would cost a tenth more.
 */
export class EventHeap {
  /** Event i's time and key at 2i and 2i + 1, so that four siblings share a cache line or two. */
  events = new Float64Array(2048);
  /** By place in the heap: the index of the event's payload in `payloads`; -1 if it has none. */
  slots = new Int32Array(1024);
  size = 0;
  /** True while the root's event runs: the first event that it schedules takes the root, which saves one removal and one insertion. */
  isHollow = false;
  /** Time and key of the event that ran last. */
  lastTime = -1;
  lastKey = -1;
  readonly payloads: unknown[] = [];
  /** Indices in `payloads` that hold none. */
  readonly free: number[] = [];

  /** Keeps a payload until its event runs, and returns its index. */
  keep(payload: unknown): number {
    const slot = this.free.length > 0 ? (this.free.pop() as number) : this.payloads.length;
    this.payloads[slot] = payload;
    return slot;
  }

  /** Returns a payload, and keeps it no longer. */
  release(slot: number): unknown {
    const payload = this.payloads[slot];
    this.payloads[slot] = undefined;
    this.free.push(slot);
    return payload;
  }

  /** Takes the root, whose event has run, out of the heap, unless another event has taken its place. */
  close(): void {
    if (!this.isHollow) return;
    this.isHollow = false;
    const last = this.size - 1;
    this.size = last;
    if (last > 0) this.siftDown(last);
  }

  /** Moves the last event, at the index given, up to its place. */
  siftUp(last: number): void {
    const { events, slots } = this;
    const time = events[2 * last];
    const key = events[2 * last + 1];
    const slot = slots[last];
    let i = last;
    while (i > 0) {
      const parent = (i - 1) >> 2;
      const t = events[2 * parent];
      if (t < time || (t === time && events[2 * parent + 1] <= key)) break;
      events[2 * i] = t;
      events[2 * i + 1] = events[2 * parent + 1];
      slots[i] = slots[parent];
      i = parent;
    }
    events[2 * i] = time;
    events[2 * i + 1] = key;
    slots[i] = slot;
  }

  /** Moves the event at an index behind the heap's end to the root, and from there down to its place. */
  siftDown(from: number): void {
    const { events, slots, size } = this;
    const time = events[2 * from];
    const key = events[2 * from + 1];
    const slot = slots[from];
    let i = 0;
    for (let first = 1; first < size; first = 4 * i + 1) {
      const end = first + 4 < size ? first + 4 : size;
      let least = first;
      let t = events[2 * first];
      for (let child = first + 1; child < end; child += 1) {
        const ct = events[2 * child];
        if (ct < t || (ct === t && events[2 * child + 1] < events[2 * least + 1])) {
          least = child;
          t = ct;
        }
      }
      const k = events[2 * least + 1];
      if (time < t || (time === t && key <= k)) break;
      events[2 * i] = t;
      events[2 * i + 1] = k;
      slots[i] = slots[least];
      i = least;
    }
    events[2 * i] = time;
    events[2 * i + 1] = key;
    slots[i] = slot;
  }

  grow(): void {
    const events = new Float64Array(this.events.length * 2);
    events.set(this.events);
    this.events = events;
    const slots = new Int32Array(this.slots.length * 2);
    slots.set(this.slots);
    this.slots = slots;
  }
}
