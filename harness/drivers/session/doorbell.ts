/** One doorbell: it stays connected to the MQTT broker, publishes at QoS 1, and publishes again what was not acknowledged when a connection broke. */
import { spread } from './backoff.ts';
import { ConnectionSession, type ConnectionAction } from './connection.ts';

/**
 * The keep-alive that CONNECT announces: a broker ends a connection on which nothing came for one and a half times as long (MQTT 3.1.1,
 * section 3.1.2.10).
 */
export const KEEPALIVE_S = 120;

/** A message on its way; the driver keeps beside these what it needs to make the packet. */
export interface Publication {
  /** Packet id of the last attempt; 0 before the first. */
  packetId: number;
  tries: number;
}

/** An action of a doorbell's driver. */
export type DoorbellAction<Input, Message extends Publication> =
  | ConnectionAction<Input>
  /** Send it by its packet id; `tries` above 1 make it a duplicate (DUP). */
  | { do: 'publish'; message: Message; atMs: number }
  | { do: 'acknowledge-message'; message: Message; atMs: number }
  | FailMessage<Message>
  /** Send PINGREQ. */
  | { do: 'ping' }
  /** Send DISCONNECT. */
  | { do: 'goodbye' };

interface FailMessage<Message> {
  do: 'fail-message';
  message: Message;
  failure: 'connection' | 'timeout';
  atMs: number;
}

type Actions<Input, Message extends Publication> = DoorbellAction<Input, Message>[];

/** The behaviour of one doorbell. Times are wall times, Unix ms. */
export class DoorbellSession<Input, Message extends Publication> extends ConnectionSession<Input> {
  /** Not acknowledged, in order; of these, the first `#written` are on the wire. */
  #owed: Message[] = [];
  #written = 0;
  #packetId = 0;
  /** Wall time of the last packet sent, for the keep-alive. */
  #lastSentMs = 0;
  #begunMs = 0;

  /** An input puts the doorbell online. `askedMs`: when it was meant to be. */
  attach(input: Input, askedMs: number, nowMs: number): Actions<Input, Message> {
    return [...this.#leave('connection', nowMs), ...this.ask(input, askedMs)];
  }

  /** The doorbell goes offline. */
  detach(nowMs: number): Actions<Input, Message> {
    return this.#leave('connection', nowMs);
  }

  /** The run is over. */
  end(nowMs: number): Actions<Input, Message> {
    const goodbye: Actions<Input, Message> = this.state === 'open' ? [{ do: 'goodbye' }] : [];
    return [...goodbye, ...this.#leave('timeout', nowMs)];
  }

  override begin(nowMs: number): ConnectionAction<Input>[] {
    this.#begunMs = nowMs;
    return super.begin(nowMs);
  }

  /** A message of the trace is due. While the doorbell is on its way to a connection, the message waits. */
  publish(message: Message, nowMs: number): Actions<Input, Message> {
    if (this.state === 'gone' || this.state === 'off' || this.#owed.length >= OWED_MAX)
      return [{ do: 'fail-message', message, failure: 'connection', atMs: nowMs }];
    this.#owed.push(message);
    return this.state === 'open' ? this.#write(nowMs) : [];
  }

  /** The broker answered CONNECT by this code of CONNACK. */
  connack(code: number, nowMs: number): Actions<Input, Message> {
    if (this.state !== 'handshake') return [];
    if (code !== 0) return [{ do: 'close' }, ...this.#giveUp('refused', code, nowMs)];
    const open = [...this.answer(0, nowMs), ...this.connected(nowMs)];
    // Spread over the period, so that a thousand doorbells don't ping at one moment.
    this.#lastSentMs = nowMs - PING_MS * spread(this.entity, 0);
    return [...open, ...this.#write(nowMs)];
  }

  /** The broker acknowledged the message of this packet id. */
  puback(packetId: number, nowMs: number): Actions<Input, Message> {
    const at = this.#owed.findIndex((message, i) => i < this.#written && message.packetId === packetId);
    if (at === -1) return [];
    const [message] = this.#owed.splice(at, 1);
    this.#written -= 1;
    return [{ do: 'acknowledge-message', message, atMs: nowMs }];
  }

  /** The connection is gone. */
  lose(nowMs: number): Actions<Input, Message> {
    if (this.state !== 'handshake' && this.state !== 'open') return [];
    this.#written = 0;
    const spent = this.#owed.filter(({ tries }) => tries >= this.rules.triesMax);
    if (spent.length > 0) this.#owed = this.#owed.filter(({ tries }) => tries < this.rules.triesMax);
    const ended: Actions<Input, Message> = [{ do: 'close' }, ...failAll(spent, 'connection', nowMs)];
    return [...ended, ...(this.isSpent ? this.#giveUp('connection', null, nowMs) : this.wait(0, nowMs))];
  }

  /** The handshake that was begun at this epoch took too long. */
  expire(epoch: number, nowMs: number): Actions<Input, Message> {
    return epoch === this.epoch && this.state === 'handshake' ? this.lose(nowMs) : [];
  }

  /** To be called every second or so: it keeps the connection alive, and ends a handshake that takes too long. */
  tick(nowMs: number): Actions<Input, Message> {
    if (this.state === 'open' && nowMs - this.#lastSentMs >= PING_MS) {
      this.#lastSentMs = nowMs;
      return [{ do: 'ping' }];
    }
    return this.state === 'handshake' && nowMs - this.#begunMs > HANDSHAKE_MS_MAX ? this.lose(nowMs) : [];
  }

  #write(nowMs: number): Actions<Input, Message> {
    const messages = this.#owed.slice(this.#written);
    this.#written = this.#owed.length;
    return messages.map((message) => {
      this.#packetId = (this.#packetId % PACKET_ID_MAX) + 1;
      message.packetId = this.#packetId;
      message.tries += 1;
      this.#lastSentMs = nowMs;
      return { do: 'publish', message, atMs: nowMs };
    });
  }

  /** No further attempts: messages that wait for the connection fail with it. */
  #giveUp(failure: 'connection' | 'refused', status: number | null, nowMs: number): Actions<Input, Message> {
    const failed = this.fail(failure, status, nowMs);
    return [...failed, ...failAll(this.#takeOwed(), 'connection', nowMs), ...this.enter('gone')];
  }

  #leave(failure: 'connection' | 'timeout', nowMs: number): Actions<Input, Message> {
    const failed = [...this.fail(failure, null, nowMs), ...failAll(this.#takeOwed(), failure, nowMs)];
    return [...failed, { do: 'close' }, ...this.enter('off')];
  }

  #takeOwed(): Message[] {
    const owed = this.#owed;
    this.#owed = [];
    this.#written = 0;
    return owed;
  }
}

// --- internal ---

/** A ping leaves when half of the keep-alive is over. */
const PING_MS = KEEPALIVE_S * 500;
const HANDSHAKE_MS_MAX = 10_000;
/** Messages that one doorbell may owe: a thousand times as many as it owes in life. */
const OWED_MAX = 1000;
const PACKET_ID_MAX = 65_535;

function failAll<Message>(
  messages: readonly Message[],
  failure: 'connection' | 'timeout',
  atMs: number,
): FailMessage<Message>[] {
  return messages.map((message) => ({ do: 'fail-message', message, failure, atMs }));
}
