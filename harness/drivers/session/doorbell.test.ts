import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DoorbellSession, KEEPALIVE_S, type DoorbellAction, type Publication } from './doorbell.ts';
import { MiniatureDriver } from './session.testing.ts';

const TRIES_MAX = 3;

interface Message extends Publication {
  name: string;
}

function message(name: string): Message {
  return { name, packetId: 0, tries: 0 };
}

function doorbell() {
  const tally = { connected: 0, connecting: 0, refused: 0 };
  return { tally, session: new DoorbellSession<string, Message>({ tally, triesMax: TRIES_MAX }, 3) };
}

/** Online, connected, and its input answered. */
function onlineDoorbell() {
  const { session, tally } = doorbell();
  session.attach('first', 0, 0);
  session.begin(1);
  session.connack(0, 2);
  return { session, tally };
}

function short(action: DoorbellAction<string, Message>): string {
  switch (action.do) {
    case 'open':
      return `open, try ${action.tries}`;
    case 'connected':
      return `connected in ${action.tookMs}`;
    case 'acknowledge':
      return `acknowledge ${action.input} ${action.status}`;
    case 'fail':
      return `fail ${action.input} ${action.failure} ${action.status}`;
    case 'publish':
      return `publish ${action.message.name} as ${action.message.packetId}, try ${action.message.tries}`;
    case 'acknowledge-message':
      return `acknowledge ${action.message.name}`;
    case 'fail-message':
      return `fail ${action.message.name} ${action.failure}`;
    default:
      return action.do;
  }
}

const shorts = (actions: readonly DoorbellAction<string, Message>[]) => actions.map(short);

/** Lost, waited and begun again. */
function comeBack(session: DoorbellSession<string, Message>): void {
  session.lose(0);
  session.waited(session.epoch, 0);
  session.begin(0);
}

describe('a doorbell', () => {
  it('connects in its turn, and publishes what came due meanwhile', () => {
    const { session, tally } = doorbell();
    expect(shorts(session.attach('a', 100, 110))).toEqual(['close', 'queue']);
    expect(shorts(session.publish(message('m1'), 115))).toEqual([]);
    expect(shorts(session.begin(120))).toEqual(['open, try 1']);
    expect(shorts(session.publish(message('m2'), 125))).toEqual([]);
    expect(shorts(session.connack(0, 130))).toEqual([
      'acknowledge a 0',
      'release',
      'connected in 30',
      'publish m1 as 1, try 1',
      'publish m2 as 2, try 1',
    ]);
    expect(shorts(session.publish(message('m3'), 140))).toEqual(['publish m3 as 3, try 1']);
    expect(tally).toEqual({ connected: 1, connecting: 0, refused: 0 });
  });

  it('has messages acknowledged in any order, each once', () => {
    const { session } = onlineDoorbell();
    for (const name of ['m1', 'm2', 'm3']) session.publish(message(name), 0);
    const answers = [2, 2, 9, 1, 3].map((packetId) => shorts(session.puback(packetId, 0)));
    expect(answers).toEqual([['acknowledge m2'], [], [], ['acknowledge m1'], ['acknowledge m3']]);
  });

  it('publishes again, by new packet ids and in order, what a lost connection left unacknowledged', () => {
    const { session } = onlineDoorbell();
    for (const name of ['m1', 'm2', 'm3']) session.publish(message(name), 0);
    session.puback(2, 0);
    comeBack(session);
    session.publish(message('m4'), 0);
    expect(shorts(session.connack(0, 0)).slice(2)).toEqual([
      'publish m1 as 4, try 2',
      'publish m3 as 5, try 2',
      'publish m4 as 6, try 1',
    ]);
    // An acknowledgement that belongs to the connection before.
    expect(shorts(session.puback(1, 0))).toEqual([]);
  });

  it('gives a message up after its last try', () => {
    const { session } = onlineDoorbell();
    session.publish(message('m1'), 0);
    const seen: string[] = [];
    for (let i = 0; i < TRIES_MAX; i += 1) {
      seen.push(...shorts(session.lose(0)));
      session.waited(session.epoch, 0);
      session.begin(0);
      seen.push(...shorts(session.connack(0, 0)).filter((text) => text.startsWith('publish')));
    }
    expect(seen).toEqual(
      [
        ['close', 'wait', 'publish m1 as 2, try 2'],
        ['close', 'wait', 'publish m1 as 3, try 3'],
        ['close', 'fail m1 connection', 'wait'],
      ].flat(),
    );
  });

  it('refused by the broker gives up, and its messages with it', () => {
    const { session, tally } = doorbell();
    session.attach('a', 0, 0);
    session.publish(message('m1'), 0);
    session.begin(0);
    expect(shorts(session.connack(5, 1))).toEqual(['close', 'fail a refused 5', 'fail m1 connection', 'release']);
    expect(shorts(session.publish(message('m2'), 2))).toEqual(['fail m2 connection']);
    expect(tally).toEqual({ connected: 0, connecting: 0, refused: 1 });
  });

  it('gives its input up after the last try', () => {
    const { session } = doorbell();
    session.attach('a', 0, 0);
    const tries: string[] = [];
    for (let i = 0; i < TRIES_MAX; i += 1) {
      tries.push(...shorts(session.begin(0)), ...shorts(session.lose(0)));
      session.waited(session.epoch, 0);
    }
    expect(tries).toEqual(
      [
        ['open, try 1', 'close', 'release', 'wait'],
        ['open, try 2', 'close', 'release', 'wait'],
        ['open, try 3', 'close', 'fail a connection null', 'release'],
      ].flat(),
    );
  });

  it('counts the time to connect from when it came back, if no input asked', () => {
    const { session } = onlineDoorbell();
    session.lose(1000);
    session.waited(session.epoch, 1100);
    session.begin(1110);
    expect(shorts(session.connack(0, 1130))).toEqual(['release', 'connected in 30']);
  });

  it('that was never attached, or was detached, fails what it should publish', () => {
    const { session } = doorbell();
    expect(shorts(session.publish(message('m1'), 0))).toEqual(['fail m1 connection']);
    const { session: detached } = onlineDoorbell();
    detached.publish(message('m2'), 0);
    expect(shorts(detached.detach(0))).toEqual(['fail m2 connection', 'close']);
    expect(shorts(detached.publish(message('m3'), 0))).toEqual(['fail m3 connection']);
  });

  it('owes a bounded number of messages', () => {
    const { session } = doorbell();
    session.attach('a', 0, 0);
    for (let i = 0; i < 1000; i += 1) expect(session.publish(message(`m${i}`), 0)).toEqual([]);
    expect(shorts(session.publish(message('one more'), 0))).toEqual(['fail one more connection']);
  });

  it('pings when it sent nothing for half of the keep-alive, and not otherwise', () => {
    const { session } = onlineDoorbell();
    const pings: number[] = [];
    for (let atS = 0; atS <= 2 * KEEPALIVE_S; atS += 1)
      if (session.tick(1000 * atS).some((action) => action.do === 'ping')) pings.push(atS);
    expect(pings).toHaveLength(4);
    for (const [i, atS] of pings.slice(1).entries()) expect(atS - pings[i]).toBe(KEEPALIVE_S / 2);
    session.publish(message('m1'), 1000 * (2 * KEEPALIVE_S + 1));
    expect(session.tick(1000 * (2.5 * KEEPALIVE_S))).toEqual([]);
  });

  it('ends a handshake that takes too long', () => {
    const { session } = doorbell();
    session.attach('a', 0, 0);
    session.begin(0);
    expect(session.tick(10_000)).toEqual([]);
    expect(shorts(session.tick(10_001))).toEqual(['close', 'release', 'wait']);
    session.waited(session.epoch, 10_100);
    session.begin(10_100);
    expect(shorts(session.expire(session.epoch, 10_200))).toEqual(['close', 'release', 'wait']);
    const { session: open } = onlineDoorbell();
    expect(open.expire(open.epoch, 10_000)).toEqual([]);
  });

  it('says goodbye when the run is over, and what was not answered in time fails', () => {
    const { session } = onlineDoorbell();
    session.publish(message('m1'), 0);
    expect(shorts(session.end(0))).toEqual(['goodbye', 'fail m1 timeout', 'close']);
    const { session: other } = doorbell();
    other.attach('a', 0, 0);
    expect(shorts(other.end(0))).toEqual(['fail a timeout null', 'close']);
  });
});

describe('whatever happens to a doorbell', () => {
  const event = fc.oneof(
    fc.constantFrom('attach', 'detach', 'begin', 'connack', 'refusal', 'lose', 'waited', 'stale', 'expire', 'tick'),
    fc.constantFrom('publish', 'puback', 'wrong puback'),
    fc.constant('go on'),
  );
  /** The event that brings a doorbell in each state nearer to a connection. */
  const NEXT = {
    off: 'attach',
    queued: 'begin',
    handshake: 'connack',
    greeting: 'connack',
    open: 'publish',
    waiting: 'waited',
    gone: 'attach',
  };

  it('each message is settled once, is not tried too often, and waits for its answer under an id of its own', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 200, size: 'max' }), (events) => {
        const driver = new MiniatureDriver(TRIES_MAX);
        const { tally } = driver;
        const session = new DoorbellSession<number, Message>({ tally, triesMax: TRIES_MAX }, 3);
        const onWire = new Map<number, string>();
        const settled = new Set<string>();
        let published = 0;
        const perform = (actions: readonly DoorbellAction<number, Message>[]): void => {
          for (const action of actions) {
            if (action.do === 'close') onWire.clear();
            if (action.do === 'publish') {
              driver.demand(driver.isOpen, 'published without a connection');
              driver.demand(!onWire.has(action.message.packetId), 'a packet id used twice');
              driver.demand(action.message.tries <= TRIES_MAX, `try ${action.message.tries}`);
              onWire.set(action.message.packetId, action.message.name);
            }
            if (action.do === 'acknowledge-message' || action.do === 'fail-message') {
              driver.demand(!settled.has(action.message.name), 'a message settled twice');
              settled.add(action.message.name);
              onWire.delete(action.message.packetId);
            }
          }
          driver.perform(
            session,
            actions.filter((action) => !['publish', 'acknowledge-message', 'fail-message'].includes(action.do)),
          );
        };
        const run = (given: string): readonly DoorbellAction<number, Message>[] => {
          const nowMs = (driver.nowMs += 10);
          switch (given === 'go on' ? NEXT[session.state] : given) {
            case 'attach':
              return session.attach(driver.inputs++, nowMs, nowMs);
            case 'detach':
              return session.detach(nowMs);
            case 'begin':
              if (driver.queued === 0) return [];
              driver.queued -= 1;
              driver.turns += 1;
              return session.begin(nowMs);
            case 'connack':
              return session.connack(0, nowMs);
            case 'refusal':
              return session.connack(5, nowMs);
            case 'lose':
              return session.lose(nowMs);
            case 'waited':
              return session.waited(driver.epochs.at(-1) ?? 0, nowMs);
            case 'stale':
              return session.waited(driver.epochs[0] ?? 0, nowMs);
            case 'expire':
              return session.expire(session.epoch, nowMs);
            case 'tick':
              return session.tick(nowMs);
            case 'publish':
              return session.publish(message(`m${published++}`), nowMs);
            case 'puback':
              return session.puback([...onWire.keys()][0] ?? 0, nowMs);
            default:
              return session.puback(65_535, nowMs);
          }
        };
        for (const one of events) {
          perform(run(one));
          // While it is connected, each message that waits for an answer is on the wire.
          driver.demand(session.state !== 'open' || onWire.size === published - settled.size, 'a message held back');
        }
        perform(session.end(driver.nowMs));
        for (; driver.queued > 0; driver.queued -= 1) {
          driver.turns += 1;
          perform(session.begin(driver.nowMs));
        }
        driver.checkEnd();
        expect(driver.breaches).toEqual([]);
        expect(driver.turns).toBe(0);
        expect(settled.size).toBe(published);
      }),
      { numRuns: 200 },
    );
  });
});
