/** One resident's app: it connects to the stream, comes back with `after` when it lost the connection, and counts what it received. */
import type { ConnectionLine } from '../../../contract/trace.ts';
import type { CLOSE_CODES } from '../../../contract/wire.ts';
import { retryAfterMs } from './backoff.ts';
import { ConnectionSession, type ConnectionAction, type SessionRules } from './connection.ts';

/** Rules and counts that all phones of a thread share. */
export interface PhoneRules extends SessionRules {
  /** Those of contract/wire.ts that change what a phone does. */
  closeCodes: Pick<typeof CLOSE_CODES, 'left' | 'sequenceAhead' | 'reset'>;
}

/** An action of a phone's driver. */
export type PhoneAction<Input> =
  | ConnectionAction<Input>
  /** A line of connections.jsonl. */
  | ({ do: 'note' } & Omit<ConnectionLine, 'resident'>);

/** How a message's number follows those before: as expected, not for the first time, or after a hole. */
export type MessageOrder = 'next' | 'again' | 'ahead';

/** The behaviour of one phone. Times are wall times, Unix ms. */
export class PhoneSession<Input> extends ConnectionSession<Input, PhoneRules> {
  /** Last sequence received, or told by the target; -1 before the first hello. */
  #sequence: number;

  /** `sequence`: the last one that this resident is known to have had; -1 if its stream starts when it first connects. */
  constructor(rules: PhoneRules, resident: number, sequence = -1) {
    super(rules, resident);
    this.#sequence = sequence;
  }

  /** The sequence to ask for messages after; null if the stream starts with this connection. */
  get after(): number | null {
    return this.#sequence === -1 ? null : this.#sequence;
  }

  /** An input puts the phone online. `askedMs`: when it was meant to be. */
  connect(input: Input, askedMs: number, nowMs: number): PhoneAction<Input>[] {
    return [...this.leave('connection', nowMs), ...this.ask(input, askedMs)];
  }

  /** The phone goes offline, as one does that loses its network. */
  disconnect(nowMs: number): PhoneAction<Input>[] {
    return this.leave('connection', nowMs);
  }

  /** The run is over. */
  end(nowMs: number): PhoneAction<Input>[] {
    return this.leave('timeout', nowMs);
  }

  /** The handshake that was begun at this epoch took too long. */
  expire(epoch: number, nowMs: number): PhoneAction<Input>[] {
    return epoch === this.epoch && this.state !== 'open' ? this.lose(null, nowMs) : [];
  }

  /** The target took the handshake. */
  upgrade(nowMs: number): PhoneAction<Input>[] {
    if (this.state !== 'handshake') return [];
    return [...this.answer(SWITCHING_PROTOCOLS, nowMs), ...this.enter('greeting')];
  }

  /**
   * The target refused the handshake. `status`: its HTTP status; null if it is not known and may pass. `retryAfterS`: seconds of its
   * Retry-After, 0 if it names none.
   */
  refuse(status: number | null, retryAfterS: number, nowMs: number): PhoneAction<Input>[] {
    if (this.state !== 'handshake') return [];
    const ended: PhoneAction<Input>[] = [
      { do: 'note', event: 'refused', code: status, sequence: null, intended: false, atMs: nowMs },
      { do: 'close' },
    ];
    const mayPass = status === null || status >= 500 || status === 408 || status === 429;
    if (mayPass && !this.isSpent)
      return [...ended, ...this.refusedForNow(status, nowMs), ...this.wait(retryAfterMs(retryAfterS), nowMs)];
    return [...ended, ...this.fail('refused', status, nowMs), ...this.enter('gone')];
  }

  /** The target's first message: the last sequence that it has numbered. */
  hello(lastSequence: number, nowMs: number): PhoneAction<Input>[] {
    if (this.state !== 'greeting') return [];
    if (this.#sequence === -1) this.#sequence = lastSequence;
    return [
      ...this.connected(nowMs),
      { do: 'note', event: 'open', code: null, sequence: lastSequence, intended: false, atMs: nowMs },
    ];
  }

  /** The target no longer keeps messages up to this sequence. */
  skip(upTo: number): void {
    this.#sequence = Math.max(this.#sequence, upTo);
  }

  /** A message came. Called for each delivery: it makes nothing. */
  receive(sequence: number): MessageOrder {
    const before = this.#sequence;
    if (before !== -1 && sequence <= before) return 'again';
    this.#sequence = sequence;
    return before === -1 || sequence === before + 1 ? 'next' : 'ahead';
  }

  /** The connection is gone; `code`: the close code by which the target ended it, null if it broke. */
  lose(code: number | null, nowMs: number): PhoneAction<Input>[] {
    const { state, after } = this;
    if (state !== 'handshake' && state !== 'greeting' && state !== 'open') return [];
    const event = state === 'open' ? 'closed' : 'refused';
    const sequence = state === 'open' ? after : null;
    const ended: PhoneAction<Input>[] = [
      { do: 'note', event, code, sequence, intended: false, atMs: nowMs },
      { do: 'close' },
    ];
    const { closeCodes } = this.rules;
    // By these codes the target says that this phone's count of messages is not the target's.
    if (code === closeCodes.sequenceAhead || code === closeCodes.reset) this.#sequence = -1;
    if (code === closeCodes.left || this.isSpent)
      return [...ended, ...this.fail('connection', null, nowMs), ...this.enter('gone')];
    return [...ended, ...this.wait(0, nowMs)];
  }

  protected leave(failure: 'connection' | 'timeout', nowMs: number): PhoneAction<Input>[] {
    const failed = this.fail(failure, null, nowMs);
    const sequence = this.after;
    const noted: PhoneAction<Input>[] =
      this.state === 'open' ? [{ do: 'note', event: 'closed', code: null, sequence, intended: true, atMs: nowMs }] : [];
    return [...failed, ...noted, { do: 'close' }, ...this.enter('off')];
  }
}

// --- internal ---

const SWITCHING_PROTOCOLS = 101;
