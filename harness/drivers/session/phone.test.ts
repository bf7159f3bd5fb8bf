import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLOSE_CODES } from '../../../contract/wire.ts';
import { PhoneSession, type PhoneAction } from './phone.ts';
import { MiniatureDriver } from './session.testing.ts';

const RESIDENT = 7;
const TRIES_MAX = 3;

function phone(sequence = -1) {
  const tally = { connected: 0, connecting: 0, refused: 0 };
  return {
    tally,
    session: new PhoneSession<string>({ tally, triesMax: TRIES_MAX, closeCodes: CLOSE_CODES }, RESIDENT, sequence),
  };
}

/** Online, connected, and its input answered. */
function onlinePhone(lastSequence = 0) {
  const { session, tally } = phone();
  session.connect('first', 0, 0);
  session.begin(1);
  session.upgrade(2);
  session.hello(lastSequence, 3);
  return { session, tally };
}

/** An action in short: its kind, and what it says. */
function short(action: PhoneAction<string>): string {
  switch (action.do) {
    case 'open':
      return `open, try ${action.tries}`;
    case 'wait':
      return 'wait';
    case 'connected':
      return `connected in ${action.tookMs}`;
    case 'acknowledge':
      return `acknowledge ${action.input} ${action.status}`;
    case 'refuse':
      return `refuse ${action.input} ${action.status}`;
    case 'fail':
      return `fail ${action.input} ${action.failure} ${action.status}`;
    case 'note':
      return `note ${action.event} ${action.code} ${action.sequence}${action.intended ? ' intended' : ''}`;
    default:
      return action.do;
  }
}

const shorts = (actions: readonly PhoneAction<string>[]) => actions.map(short);
const waitOf = (actions: readonly PhoneAction<string>[]) => actions.find((action) => action.do === 'wait')?.waitMs ?? 0;

describe('a phone', () => {
  it('connects in its turn, and is answered when the handshake is', () => {
    const { session, tally } = phone();
    expect(shorts(session.connect('a', 100, 110))).toEqual(['close', 'queue']);
    expect(shorts(session.begin(120))).toEqual(['open, try 1']);
    expect(session.after).toBeNull();
    expect(shorts(session.upgrade(130))).toEqual(['acknowledge a 101']);
    expect(shorts(session.hello(41, 140))).toEqual(['release', 'connected in 40', 'note open null 41']);
    expect(session.after).toBe(41);
    expect(tally).toEqual({ connected: 1, connecting: 0, refused: 0 });
  });

  it('that is known to have had messages asks for those after them', () => {
    const { session } = phone(0);
    session.connect('a', 0, 0);
    session.begin(0);
    expect(session.after).toBe(0);
    session.upgrade(0);
    session.hello(41, 0);
    expect(session.after).toBe(0);
  });

  it('comes back after a loss, and asks for what came after the last message that it had', () => {
    const { session } = onlinePhone(5);
    expect([session.receive(6), session.receive(7)]).toEqual(['next', 'next']);
    const { epoch } = session;
    const lost = session.lose(null, 1000);
    expect(shorts(lost)).toEqual(['note closed null 7', 'close', 'wait']);
    expect(waitOf(lost)).toBeGreaterThanOrEqual(25);
    expect(waitOf(lost)).toBeLessThan(75);
    expect(session.waited(epoch, 1050)).toEqual([]);
    expect(shorts(session.waited(session.epoch, 1050))).toEqual(['queue']);
    session.begin(1060);
    expect(session.after).toBe(7);
    session.upgrade(1070);
    // It was not asked for by an input: the time counts from when it came back.
    expect(shorts(session.hello(9, 1080))).toEqual(['release', 'connected in 30', 'note open null 9']);
    expect(session.after).toBe(7);
  });

  it.each([
    ['next', 8, 'next', 8],
    ['again', 7, 'again', 7],
    ['again, an old one', 2, 'again', 7],
    ['after a hole', 11, 'ahead', 11],
  ])('takes a message for what it is: %s', (_, sequence, order, after) => {
    const { session } = onlinePhone(7);
    expect(session.receive(sequence)).toBe(order);
    expect(session.after).toBe(after);
  });

  it('takes the first message of all for the next, if it knows of none before', () => {
    const { session } = phone();
    expect([session.receive(12), session.receive(13), session.receive(15)]).toEqual(['next', 'next', 'ahead']);
  });

  it('skips messages that the target no longer keeps', () => {
    const { session } = onlinePhone(7);
    session.skip(20);
    session.skip(10);
    expect(session.after).toBe(20);
  });

  it.each([
    ['sequenceAhead', CLOSE_CODES.sequenceAhead, null, 'waiting'],
    ['reset', CLOSE_CODES.reset, null, 'waiting'],
    ['left', CLOSE_CODES.left, 7, 'gone'],
    ['another code', 1001, 7, 'waiting'],
    ['a broken connection', null, 7, 'waiting'],
  ])('closed by the target (%s, %s) asks after %s and is %s', (_, code, after, state) => {
    const { session } = onlinePhone(7);
    session.lose(code, 0);
    expect([session.after, session.state]).toEqual([after, state]);
  });

  it.each([
    [401, 'gone', ['note refused 401 null', 'close', 'fail a refused 401', 'release']],
    [403, 'gone', ['note refused 403 null', 'close', 'fail a refused 403', 'release']],
    [404, 'gone', ['note refused 404 null', 'close', 'fail a refused 404', 'release']],
    [408, 'waiting', ['note refused 408 null', 'close', 'refuse a 408', 'release', 'wait']],
    [429, 'waiting', ['note refused 429 null', 'close', 'refuse a 429', 'release', 'wait']],
    [500, 'waiting', ['note refused 500 null', 'close', 'refuse a 500', 'release', 'wait']],
    [503, 'waiting', ['note refused 503 null', 'close', 'refuse a 503', 'release', 'wait']],
    [null, 'waiting', ['note refused null null', 'close', 'release', 'wait']],
  ])('refused by %s is %s', (status, state, actions) => {
    const { session } = phone();
    session.connect('a', 0, 0);
    session.begin(0);
    expect(shorts(session.refuse(status, 0, 0))).toEqual(actions);
    expect(session.state).toBe(state);
  });

  it.each([
    [0, 0],
    [2, 2000],
    [3600, 10_000],
  ])('waits as long as Retry-After asks: %i s, at least %i ms', (retryAfterS, atLeastMs) => {
    const { session } = phone();
    session.connect('a', 0, 0);
    session.begin(0);
    const waitMs = waitOf(session.refuse(503, retryAfterS, 0));
    expect(waitMs).toBeGreaterThan(atLeastMs);
    expect(waitMs).toBeLessThanOrEqual(atLeastMs + 150);
  });

  it('waits longer after each failure', () => {
    const { session } = onlinePhone();
    const waits: number[] = [];
    for (let i = 0; i < 10; i += 1) {
      waits.push(waitOf(session.lose(null, 0)));
      session.waited(session.epoch, 0);
      session.begin(0);
    }
    const middles = [50, 100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000];
    for (const [i, waitMs] of waits.entries()) {
      expect(waitMs).toBeGreaterThanOrEqual(middles[i] / 2);
      expect(waitMs).toBeLessThan(middles[i] * 1.5);
    }
  });

  it('gives its input up after the last try, but never a connection that it had', () => {
    const { session } = phone();
    session.connect('a', 0, 0);
    const seen: string[] = [];
    for (let i = 0; i < TRIES_MAX; i += 1) {
      seen.push(...shorts(session.begin(0)), ...shorts(session.lose(null, 0)));
      session.waited(session.epoch, 0);
    }
    expect(seen).toEqual(
      [
        ['open, try 1', 'note refused null null', 'close', 'release', 'wait'],
        ['open, try 2', 'note refused null null', 'close', 'release', 'wait'],
        ['open, try 3', 'note refused null null', 'close', 'fail a connection null', 'release'],
      ].flat(),
    );
    const { session: other } = onlinePhone();
    for (let i = 0; i < 10 * TRIES_MAX; i += 1) {
      other.lose(null, 0);
      other.waited(other.epoch, 0);
      other.begin(0);
    }
    expect(other.state).toBe('handshake');
  });

  it('goes offline and back, and says that it did so itself', () => {
    const { session } = onlinePhone(3);
    expect(shorts(session.disconnect(10))).toEqual(['note closed null 3 intended', 'close']);
    expect(session.state).toBe('off');
    expect(shorts(session.connect('b', 20, 21))).toEqual(['close', 'queue']);
    session.begin(22);
    expect(session.after).toBe(3);
  });

  it('asked anew before it was answered gives the first input up', () => {
    const { session } = phone();
    session.connect('a', 0, 0);
    session.begin(0);
    expect(shorts(session.connect('b', 5, 5))).toEqual(['fail a connection null', 'close', 'release', 'queue']);
    expect(shorts(session.begin(6))).toEqual(['open, try 1']);
  });

  it('that went offline while it stood in the queue gives its turn back', () => {
    const { session } = phone();
    session.connect('a', 0, 0);
    session.disconnect(1);
    expect(session.begin(2)).toEqual([{ do: 'release' }]);
  });

  it('ends a handshake that takes too long, and no other', () => {
    const { session } = phone();
    session.connect('a', 0, 0);
    session.begin(0);
    const { epoch } = session;
    session.upgrade(1);
    expect(shorts(session.expire(epoch, 10_000))).toEqual(['note refused null null', 'close', 'release', 'wait']);
    expect(session.expire(epoch, 10_001)).toEqual([]);
    expect(session.expire(session.epoch, 10_001)).toEqual([]);
    const { session: open } = onlinePhone();
    expect(open.expire(open.epoch, 10_000)).toEqual([]);
  });

  it('has its input fail in time when the run is over', () => {
    const { session } = phone();
    session.connect('a', 0, 0);
    session.begin(0);
    expect(shorts(session.end(9))).toEqual(['fail a timeout null', 'close', 'release']);
    expect(shorts(onlinePhone(4).session.end(9))).toEqual(['note closed null 4 intended', 'close']);
  });

  it.each(['upgrade', 'hello', 'refuse', 'lose'] as const)('that is offline hears nothing of %s', (event) => {
    const { session } = phone();
    const actions = {
      upgrade: () => session.upgrade(0),
      hello: () => session.hello(1, 0),
      refuse: () => session.refuse(503, 1, 0),
      lose: () => session.lose(1000, 0),
    };
    expect(actions[event]()).toEqual([]);
    expect(session.state).toBe('off');
  });
});

describe('whatever happens to a phone', () => {
  const event = fc.oneof(
    fc.constantFrom(
      'connect',
      'disconnect',
      'begin',
      'upgrade',
      'hello',
      'gap',
      'waited',
      'stale',
      'expire',
      'message',
    ),
    fc.constant('go on'),
    fc.record({ refused: fc.constantFrom(null, 401, 403, 429, 503), retryAfterS: fc.nat(100) }),
    fc.record({ lost: fc.constantFrom<number | null>(null, 1000, 1001, 4002, 4003, 4004) }),
  );
  /** The event that brings a phone in each state nearer to a connection. */
  const NEXT = {
    off: 'connect',
    queued: 'begin',
    handshake: 'upgrade',
    greeting: 'hello',
    open: 'message',
    waiting: 'waited',
    gone: 'connect',
  };

  it('each input is settled once, turns and connections are given back, and its count only grows, unless it is reset', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 200, size: 'max' }), (events) => {
        const driver = new MiniatureDriver(TRIES_MAX);
        const { tally } = driver;
        const rules = { tally, triesMax: TRIES_MAX, closeCodes: CLOSE_CODES };
        const session = new PhoneSession<number>(rules, RESIDENT);
        const run = (one: (typeof events)[number]): readonly { do: string }[] => {
          const nowMs = (driver.nowMs += 10);
          if (typeof one !== 'string')
            return 'lost' in one ? session.lose(one.lost, nowMs) : session.refuse(one.refused, one.retryAfterS, nowMs);
          switch (one === 'go on' ? NEXT[session.state] : one) {
            case 'connect':
              return session.connect(driver.inputs++, nowMs, nowMs);
            case 'disconnect':
              return session.disconnect(nowMs);
            case 'begin':
              if (driver.queued === 0) return [];
              driver.queued -= 1;
              driver.turns += 1;
              return session.begin(nowMs);
            case 'upgrade':
              return session.upgrade(nowMs);
            case 'hello':
              return session.hello(nowMs, nowMs);
            case 'waited':
              return session.waited(driver.epochs.at(-1) ?? 0, nowMs);
            case 'stale':
              return session.waited(driver.epochs[0] ?? 0, nowMs);
            case 'expire':
              return session.expire(session.epoch, nowMs);
            case 'gap':
              session.skip(nowMs);
              return [];
            default:
              if (session.state === 'open') session.receive(nowMs);
              return [];
          }
        };
        for (const one of events) {
          const { after } = session;
          driver.perform(session, run(one));
          const mayReset = typeof one !== 'string' && 'lost' in one && (one.lost === 4003 || one.lost === 4004);
          driver.demand(mayReset || (session.after ?? -1) >= (after ?? -1), 'its count went back');
        }
        driver.perform(session, session.end(driver.nowMs));
        // Turns that were still in the queue are given back when they come.
        for (; driver.queued > 0; driver.queued -= 1) {
          driver.turns += 1;
          driver.perform(session, session.begin(driver.nowMs));
        }
        driver.checkEnd();
        expect(driver.breaches).toEqual([]);
        expect(driver.turns).toBe(0);
      }),
      { numRuns: 200 },
    );
  });
});
