/** A driver in miniature for tests: it carries out a session's actions, and writes down each that no session may ask for. */
import type { ConnectionAction, ConnectionSession, SessionTally } from './connection.ts';

/** Longest wait that a session may ask for, ms: Retry-After at its bound, and the longest back-off at its widest spread. */
const WAIT_MS_MAX = 10_000 + 7500;

type Settled = Extract<ConnectionAction<number>, { do: 'acknowledge' | 'fail' }>;

/** For one session. `breaches` must be empty at the end. */
export class MiniatureDriver {
  readonly tally: SessionTally = { connected: 0, connecting: 0, refused: 0 };
  readonly triesMax: number;
  nowMs = 0;
  /** Whether it stands in the queue for a turn, holds a turn, has a connection, and waits. */
  queued = 0;
  turns = 0;
  isOpen = false;
  epochs: number[] = [];
  inputs = 0;
  readonly breaches: string[] = [];
  readonly settled = new Map<number, Settled>();

  constructor(triesMax: number) {
    this.triesMax = triesMax;
  }

  perform(session: ConnectionSession<number>, actions: readonly { do: string }[]): void {
    for (const action of actions) this.#do(session, action as ConnectionAction<number>);
    const { connected, connecting } = this.tally;
    const { state } = session;
    this.demand(connected === (state === 'open' ? 1 : 0), `${connected} connected while ${state}`);
    const isConnecting = ['queued', 'handshake', 'greeting', 'waiting'].includes(state);
    this.demand(connecting === (isConnecting ? 1 : 0), `${connecting} connecting while ${state}`);
    const hasConnection = ['handshake', 'greeting', 'open'].includes(state);
    this.demand(this.isOpen === hasConnection, `${this.isOpen ? 'a' : 'no'} connection while ${state}`);
  }

  /** After `end`: nothing is left open, and every input was answered or given up once. */
  checkEnd(): void {
    this.demand(!this.isOpen, 'a connection at the end');
    this.demand(this.settled.size === this.inputs, `${this.settled.size} of ${this.inputs} inputs settled`);
  }

  /** Writes a breach down unless it is so. */
  demand(isSo: boolean, breach: string): void {
    if (!isSo) this.breaches.push(breach);
  }

  #do(session: ConnectionSession<number>, action: ConnectionAction<number>): void {
    switch (action.do) {
      case 'queue':
        this.queued += 1;
        return;
      case 'release':
        this.turns -= 1;
        this.demand(this.turns >= 0, 'a turn given back that it had not');
        return;
      case 'open':
        this.demand(!this.isOpen, 'a second connection');
        this.demand(action.input === null || action.tries <= this.triesMax, `try ${action.tries}`);
        this.isOpen = true;
        return;
      case 'close':
        this.isOpen = false;
        return;
      case 'wait':
        this.demand(action.epoch === session.epoch, 'a wait of another epoch');
        this.demand(action.waitMs > 0 && action.waitMs <= WAIT_MS_MAX, `a wait of ${action.waitMs} ms`);
        this.epochs.push(action.epoch);
        return;
      case 'connected':
        return;
      case 'refuse':
        this.demand(!this.settled.has(action.input), 'an input refused that was settled');
        return;
      case 'acknowledge':
      case 'fail':
        this.demand(!this.settled.has(action.input), 'an input settled twice');
        this.demand(action.tries <= this.triesMax, `settled after ${action.tries} tries`);
        this.settled.set(action.input, action);
        return;
    }
  }
}
