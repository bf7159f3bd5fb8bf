import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Kernel } from './kernel.ts';
import { KIND, type Kind } from './kinds.ts';

const kinds = Object.values(KIND);

interface Planned {
  atMs: number;
  kind: Kind;
  entity: number;
  ordinal: number;
}

const planned = fc.record<Planned>({
  atMs: fc.integer({ min: 1000, max: 1030 }),
  kind: fc.constantFrom(...kinds),
  entity: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom(65_535, 65_536, 4_294_967_295)),
  ordinal: fc.oneof(fc.integer({ min: 0, max: 2 }), fc.constant(65_535)),
});
const nameOf = (e: Planned) => `${e.atMs}|${e.kind}|${e.entity}|${e.ordinal}`;
const distinct = fc.uniqueArray(planned, { selector: nameOf, maxLength: 400 });
const inOrder = (a: Planned, b: Planned) =>
  a.atMs - b.atMs || a.kind - b.kind || a.entity - b.entity || a.ordinal - b.ordinal;

/** Runs a kernel on the events given; each handler may schedule more. */
function ran(
  events: readonly Planned[],
  then: (kernel: Kernel, event: Planned) => void = () => {},
): { kernel: Kernel; order: Planned[] } {
  const kernel = new Kernel(1000);
  const order: Planned[] = [];
  for (const kind of kinds) {
    kernel.on(kind, (entity, payload, ordinal) => {
      const event = { atMs: kernel.nowMs, kind, entity, ordinal };
      expect(payload).toBe(entity % 2 === 0 ? undefined : nameOf(event));
      order.push(event);
      then(kernel, event);
    });
  }
  for (const event of events) schedule(kernel, event);
  kernel.runUntil(10_000);
  return { kernel, order };
}

/** Odd entities carry a payload that names the event. */
function schedule(kernel: Kernel, event: Planned): void {
  kernel.schedule(
    event.atMs,
    event.kind,
    event.entity,
    event.ordinal,
    event.entity % 2 === 0 ? undefined : nameOf(event),
  );
}

describe('order', () => {
  it('is the same as a sort by (time, kind, entity, ordinal)', () => {
    fc.assert(
      fc.property(distinct, (events) => {
        const { kernel, order } = ran(events);
        expect(order).toEqual([...events].sort(inOrder));
        expect(kernel.events).toBe(events.length);
        expect(kernel.motions).toBe(events.filter((e) => e.kind === KIND.deviceMotion).length);
        expect(kernel.pending()).toBe(0);
        expect(kernel.nextMs()).toBe(Infinity);
      }),
    );
  });

  it('does not depend on the order of insertion, nor does the hash', () => {
    fc.assert(
      fc.property(distinct, fc.infiniteStream(fc.nat()), (events, ranks) => {
        const shuffled = events.map((event) => ({ event, rank: ranks.next().value })).sort((a, b) => a.rank - b.rank);
        const first = ran(events);
        const second = ran(shuffled.map((s) => s.event));
        expect(second.order).toEqual(first.order);
        expect(second.kernel.history.hex()).toBe(first.kernel.history.hex());
      }),
    );
  });

  it('holds if events schedule none, one or several others', () => {
    fc.assert(
      fc.property(distinct, fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1 }), (events, counts) => {
        const all: Planned[] = [...events];
        let more = 0;
        const { order } = ran(events, (kernel, event) => {
          if (event.atMs > 1300) return;
          const count = counts[more % counts.length];
          for (let i = 0; i < count && more < 500; i += 1) {
            // With entities of their own and later times, no two events clash, and the order is still that of one sort.
            const next = { atMs: event.atMs + 40 + ((more * 7) % 5), kind: event.kind, entity: 100 + more, ordinal: i };
            more += 1;
            all.push(next);
            schedule(kernel, next);
            expect(kernel.nextMs()).toBeLessThanOrEqual(next.atMs);
          }
        });
        expect(order).toEqual(all.sort(inOrder));
      }),
    );
  });

  it('counts pending events from within a handler too', () => {
    const kernel = new Kernel(0);
    const seen: number[] = [];
    kernel.on(KIND.callArrival, () => {
      seen.push(kernel.nextMs(), kernel.pending());
      if (kernel.nowMs < 20) kernel.schedule(kernel.nowMs + 7, KIND.callFinished, 1, 0);
      seen.push(kernel.nextMs(), kernel.pending());
    });
    kernel.on(KIND.callFinished, () => {});
    kernel.schedule(5, KIND.callArrival, 0, 0);
    kernel.schedule(20, KIND.callArrival, 0, 0);
    kernel.runUntil(30);
    expect(seen).toEqual([20, 1, 12, 2, Infinity, 0, Infinity, 0]);
    expect(kernel.nowMs).toBe(30);
  });
});

describe('refusals', () => {
  const kernelAt = (nowMs: number) => {
    const kernel = new Kernel(nowMs);
    kernel.on(KIND.reaction, () => {});
    return kernel;
  };

  it.each([
    ['the past', 99, 0, 0, /time 99 is not an integer at or after 100/],
    ['a fraction of a millisecond', 100.5, 0, 0, /time 100.5/],
    ['no number', NaN, 0, 0, /time NaN/],
    ['a negative entity', 100, -1, 0, /entity -1/],
    ['an entity of 2^32', 100, 4_294_967_296, 0, /entity 4294967296/],
    ['an ordinal of 65536', 100, 0, 65_536, /ordinal 65536/],
    ['a negative ordinal', 100, 0, -1, /ordinal -1/],
  ])('%s', (_what, atMs, entity, ordinal, message) => {
    expect(() => kernelAt(100).schedule(atMs, KIND.reaction, entity, ordinal)).toThrow(message);
  });

  it('two events of one name', () => {
    const kernel = kernelAt(0);
    for (const atMs of [5, 6, 5]) kernel.schedule(atMs, KIND.reaction, 3, 1);
    expect(() => kernel.runUntil(100)).toThrow(/two events of kind \d+, entity 3, ordinal 1 at 5/);
  });

  it('an event that schedules itself again for the same moment', () => {
    const kernel = new Kernel(0);
    kernel.on(KIND.sample, () => kernel.schedule(kernel.nowMs, KIND.sample, 0, 0));
    kernel.schedule(5, KIND.sample, 0, 0);
    expect(() => kernel.runUntil(100)).toThrow(/two events/);
  });

  it('a second handler of a kind, and an event without one', () => {
    const kernel = kernelAt(0);
    expect(() => kernel.on(KIND.reaction, () => {})).toThrow(/has a handler already/);
    kernel.schedule(1, KIND.sample, 0, 0);
    expect(() => kernel.runUntil(2)).toThrow(/no handler/);
  });
});

it('the trace names every event before it runs', () => {
  const events: Planned[] = [
    { atMs: 1001, kind: KIND.crossing, entity: 2, ordinal: 0 },
    { atMs: 1001, kind: KIND.deviceMotion, entity: 4_294_967_294, ordinal: 65_535 },
  ];
  const kernel = new Kernel(1000);
  const names: string[] = [];
  kernel.trace = (atMs, kind, entity, ordinal) => names.push(`${atMs} ${kind} ${entity} ${ordinal}`);
  for (const kind of kinds) kernel.on(kind, () => names.push('ran'));
  for (const event of events) schedule(kernel, event);
  kernel.runUntil(2000);
  expect(names).toEqual(['1001 0 4294967294 65535', 'ran', `1001 ${KIND.crossing} 2 0`, 'ran']);
});

it('runUntil leaves an event that is due at its end for later', () => {
  const kernel = new Kernel(0);
  kernel.on(KIND.sample, () => {});
  kernel.schedule(10, KIND.sample, 0, 0);
  kernel.runUntil(10);
  expect([kernel.events, kernel.nowMs]).toEqual([0, 10]);
  kernel.runUntil(11);
  expect([kernel.events, kernel.nowMs]).toEqual([1, 11]);
});
