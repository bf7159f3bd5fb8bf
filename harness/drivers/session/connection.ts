/**
 * A resident's app and a doorbell are clients alike: each asks for its turn to connect, opens a connection, waits and comes back if it
 * is lost, and gives up in the end. This is the part of their sessions that they share. A session knows no sockets and no timers. Its driver tells it what happened, by
 * one of its methods, and carries out the actions that it gets back, in their order.
 */
import { backoff, spread } from './backoff.ts';

/**
 * `off`: nobody asked it to be online. `queued`: it waits for its turn. `handshake`: its connection is being opened. `greeting`: the
 * connection is open and the target has not said hello yet. `waiting`: it comes back after a while. `gone`: it gave up.
 */
export type SessionState = 'off' | 'queued' | 'handshake' | 'greeting' | 'open' | 'waiting' | 'gone';

/** An action that a driver is asked to carry out. `Input` is how the driver names an input of the trace that asks for a connection. */
export type ConnectionAction<Input> =
  /** Call `begin` when it is this client's turn for a handshake. */
  | { do: 'queue' }
  /** Its turn is over: another client may have it. */
  | { do: 'release' }
  /** Open a connection; this is the `tries`-th attempt since the client was asked to connect, or since it last was connected. */
  | { do: 'open'; input: Input | null; tries: number; atMs: number }
  /** End the connection, and tell nothing more of it. */
  | { do: 'close' }
  /** Call `waited` with this epoch when the time is over. */
  | { do: 'wait'; waitMs: number; epoch: number }
  /** The client is connected, this long after it was asked to be. */
  | { do: 'connected'; tookMs: number }
  /** The input was answered. */
  | { do: 'acknowledge'; input: Input; status: number; tries: number; atMs: number }
  /** The input was refused for now and will be tried again. */
  | { do: 'refuse'; input: Input; status: number; atMs: number }
  /** The input was given up; `status` is null if no answer says why. */
  | { do: 'fail'; input: Input; failure: ConnectionFailure; status: number | null; tries: number; atMs: number };

/** `refused`: by the status of the answer. */
export type ConnectionFailure = 'connection' | 'timeout' | 'refused';

/** How many clients are connected, on their way there, and gone. All sessions of a thread share one, and each keeps it up to date. */
export interface SessionTally {
  connected: number;
  connecting: number;
  refused: number;
}

/** Rules and counts that all sessions of a thread share. */
export interface SessionRules {
  /** Attempts at one input. A client that was connected before tries for as long as the run lasts. */
  triesMax: number;
  tally: SessionTally;
}

/** An attempt to be online, from asking for it to being connected. */
interface Asked<Input> {
  /** The input that asked and was not answered yet; null if there is none: the client comes back by itself. */
  input: Input | null;
  /** When it was meant to be online, or came back. */
  askedMs: number;
  /** Connections opened for it so far. */
  tries: number;
}

// Its methods are protected although no other class needs some of them: #private methods make each object 8 bytes larger, and there is one
// object for each resident.
export abstract class ConnectionSession<Input, Rules extends SessionRules = SessionRules> {
  protected readonly rules: Rules;
  /** Number of the resident or doorbell. */
  readonly entity: number;
  #state: SessionState = 'off';
  /** Null while it is connected or off, so that ten thousand connected residents don't keep one each. */
  #asked: Asked<Input> | null = null;
  #epoch = 0;

  constructor(rules: Rules, entity: number) {
    this.rules = rules;
    this.entity = entity;
  }

  get state(): SessionState {
    return this.#state;
  }

  /**
   * Changes whenever what was begun before is over, so that a late timer can be told from one that counts. A handshake and its greeting
   * share one, and no two handshakes do.
   */
  get epoch(): number {
    return this.#epoch;
  }

  /** The client's turn for a handshake came. */
  begin(nowMs: number): ConnectionAction<Input>[] {
    const asked = this.#asked;
    // It went away while it stood in the queue.
    if (this.#state !== 'queued' || asked === null) return [{ do: 'release' }];
    asked.tries += 1;
    return [...this.enter('handshake'), { do: 'open', input: asked.input, tries: asked.tries, atMs: nowMs }];
  }

  /** The wait of this epoch is over. */
  waited(epoch: number, nowMs: number): ConnectionAction<Input>[] {
    const asked = this.#asked;
    if (epoch !== this.#epoch || this.#state !== 'waiting' || asked === null) return [];
    if (asked.input === null) asked.askedMs = nowMs;
    return this.queue();
  }

  /** An input asks for a connection. `askedMs`: when it was meant to. */
  protected ask(input: Input, askedMs: number): ConnectionAction<Input>[] {
    this.#asked = { input, askedMs, tries: 0 };
    return this.queue();
  }

  /** The input was answered; nothing to do if none asked. */
  protected answer(status: number, atMs: number): ConnectionAction<Input>[] {
    const { input, tries } = this.takeInput();
    return input === null ? [] : [{ do: 'acknowledge', input, status, tries, atMs }];
  }

  /** The client is connected. */
  protected connected(nowMs: number): ConnectionAction<Input>[] {
    const tookMs = nowMs - (this.#asked?.askedMs ?? nowMs);
    this.#asked = null;
    return [...this.enter('open'), { do: 'connected', tookMs }];
  }

  /** The input was given up; nothing to do if none asked. */
  protected fail(failure: ConnectionFailure, status: number | null, atMs: number): ConnectionAction<Input>[] {
    const { input, tries } = this.takeInput();
    return input === null ? [] : [{ do: 'fail', input, failure, status, tries, atMs }];
  }

  /** Refused for now by this status; null if it is not known. */
  protected refusedForNow(status: number | null, atMs: number): ConnectionAction<Input>[] {
    const input = this.#asked?.input ?? null;
    return input === null || status === null ? [] : [{ do: 'refuse', input, status, atMs }];
  }

  /** Whether the input that asks for the connection had all its attempts. */
  protected get isSpent(): boolean {
    const asked = this.#asked;
    return asked !== null && asked.input !== null && asked.tries >= this.rules.triesMax;
  }

  /** Comes back later: `atLeastMs`, and a time that grows with each failure and differs from client to client. */
  protected wait(atLeastMs: number, nowMs: number): ConnectionAction<Input>[] {
    const asked = (this.#asked ??= { input: null, askedMs: nowMs, tries: 0 });
    const waitMs = atLeastMs + backoff(asked.tries, RECONNECT) * (0.5 + spread(this.entity, this.#epoch));
    return [...this.enter('waiting'), { do: 'wait', waitMs, epoch: this.#epoch }];
  }

  /** Changes the state; gives the turn for a handshake back if the client had one and needs it no more. */
  protected enter(state: SessionState): ConnectionAction<Input>[] {
    const before = this.#state;
    const { tally } = this.rules;
    if (CONNECTING[before]) tally.connecting -= 1;
    if (before === 'open') tally.connected -= 1;
    this.#state = state;
    if (state !== 'greeting') this.#epoch += 1;
    if (CONNECTING[state]) tally.connecting += 1;
    if (state === 'open') tally.connected += 1;
    if (state === 'gone') tally.refused += 1;
    if (state === 'gone' || state === 'off') this.#asked = null;
    return HAS_TURN[before] && !HAS_TURN[state] ? [{ do: 'release' }] : [];
  }

  protected takeInput(): { input: Input | null; tries: number } {
    const asked = this.#asked;
    if (asked === null) return { input: null, tries: 0 };
    const { input, tries } = asked;
    asked.input = null;
    return { input, tries };
  }

  protected queue(): ConnectionAction<Input>[] {
    return [...this.enter('queued'), { do: 'queue' }];
  }
}

// --- internal ---

const RECONNECT = { baseMs: 50, maxMs: 5000 };

const CONNECTING: Readonly<Record<SessionState, boolean>> = {
  off: false,
  queued: true,
  handshake: true,
  greeting: true,
  open: false,
  waiting: true,
  gone: false,
};

/** Whether a client in this state holds a turn for a handshake. */
const HAS_TURN: Readonly<Record<SessionState, boolean>> = {
  off: false,
  queued: false,
  handshake: true,
  greeting: true,
  open: false,
  waiting: false,
  gone: false,
};
