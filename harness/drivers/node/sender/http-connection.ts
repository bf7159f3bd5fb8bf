/**
 * One HTTP/1.1 connection to the target on which requests are sent in order, each at its time, whether or not earlier ones were answered
 * (pipelining). Requests that a broken connection left unanswered are sent again on the next one, in order. A request that is refused
 * for now is sent again after the wait that was asked for.
 */
import type { Answer } from './http-answer.ts';
import { AnswerError, AnswerReader } from './http-answer.ts';
import { backoff, retryAfterMs } from '../../session/backoff.ts';
import { Fifo } from '../../session/fifo.ts';
import { dropSocket, openSocket, type Endpoint, type LeanSocket, type SocketOwner } from '../thread/lean-socket.ts';
import type { SendLog } from '../../observations/send-log.ts';
import type { Failure } from '../../observations/sends.ts';
import type { WallClock } from '../../wall-clock.ts';
import { refusalByStatus } from './refusal.ts';
import type { Refusal } from '../../../../contract/wire.ts';

/** Settings that the connections of a thread share. */
export interface HttpConnectionOptions {
  endpoint: Endpoint;
  wall: WallClock;
  log: SendLog;
  triesMax: number;
  /** Shared by all connections of a thread. */
  memory: WaitingBytes;
  refusals: Readonly<Record<Refusal, number>>;
}

/** Bytes of requests that wait for an answer, over all connections. */
export interface WaitingBytes {
  now: number;
  max: number;
  /** Requests that were given up because of the bound. */
  refused: number;
}

/** A request to send. */
export interface Job {
  /** Number of its record in the send log. */
  record: number;
  bytes: Uint8Array;
  /** Parts of the same input that follow on this connection; the input is answered with the last. */
  partsAfter: number;
  /** Whether 404 means that it comes too early, and is to be sent again. */
  mayComeLate: boolean;
  /** Whether the body of an answer is kept, for its receipts. */
  keepsAnswer: boolean;
  /** Times it was written so far. */
  tries: number;
}

/** It connects with the first request, and again whenever the connection breaks. */
export class HttpConnection implements SocketOwner {
  readonly #options: HttpConnectionOptions;
  readonly #waiting = new Fifo<Job>();
  readonly #flying = new Fifo<Job>();
  #socket: LeanSocket | null = null;
  #open = false;
  #reader: AnswerReader;
  #depth = Infinity;
  #broken = 0;
  #timers = new Set<NodeJS.Timeout>();
  #closed = false;

  constructor(options: HttpConnectionOptions) {
    this.#options = options;
    this.#reader = new AnswerReader(this.#onAnswer);
  }

  /** The most requests that may be under way at once from now on. */
  set depth(depth: number) {
    this.#depth = depth;
    this.#write();
  }

  /** Connects ahead of the first request. */
  open(): void {
    if (this.#socket === null && !this.#closed) this.#connect();
  }

  /** Sends a request as soon as those before it were sent; it fails at once if too many bytes wait already. */
  send(job: Job): void {
    const { memory, log, wall } = this.#options;
    if (memory.now + job.bytes.length > memory.max) {
      memory.refused += 1;
      log.markFailed(job.record, wall(), -1, 'timeout', null);
      return;
    }
    memory.now += job.bytes.length;
    this.#waiting.push(job);
    if (this.#open) this.#write();
    else this.open();
  }

  /** Ends the connection; nothing more is sent. */
  close(): void {
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    if (this.#socket !== null) dropSocket(this.#socket);
    this.#socket = null;
    this.#open = false;
  }

  onOpen(): void {
    this.#open = true;
    this.#write();
  }

  onBytes(bytes: Buffer): boolean {
    const reader = this.#reader;
    try {
      reader.push(bytes);
    } catch (error) {
      if (!(error instanceof AnswerError)) throw error;
      this.#break();
    }
    return true;
  }

  onClosed(): void {
    try {
      this.#reader.end();
    } catch (error) {
      if (!(error instanceof AnswerError)) throw error;
    }
    this.#break();
  }

  #write(): void {
    while (this.#open && this.#flying.length < this.#depth) {
      const job = this.#waiting.shift();
      if (job === undefined) return;
      this.#flying.push(job);
      job.tries += 1;
      this.#options.log.markSent(job.record, this.#options.wall(), job.tries);
      this.#socket?.write(job.bytes);
    }
  }

  #connect(): void {
    this.#reader = new AnswerReader(this.#onAnswer);
    this.#socket = openSocket(this, this.#options.endpoint, null);
  }

  readonly #onAnswer = (answer: Answer): void => {
    const job = this.#flying.shift();
    if (job === undefined) throw new AnswerError('an answer to no request');
    this.#broken = 0;
    this.#settle(job, answer);
    if (answer.closes) this.#break();
    else this.#write();
  };

  #settle(job: Job, answer: Answer): void {
    const { log, wall, triesMax } = this.#options;
    const { status } = answer;
    const nowMs = wall();
    const kept = job.keepsAnswer && (status === 202 || status === 422) ? answer.body : null;
    const retries = status === 503 || status === 429 || (status === 404 && job.mayComeLate);
    if (retries && job.tries < triesMax) {
      log.markRefused(job.record, nowMs, status);
      const waitMs = status === 404 ? LATE_MS : retryAfterMs(answer.retryAfterS ?? 1);
      this.#later(waitMs, () => {
        this.#waiting.push(job);
        if (this.#open) this.#write();
        else this.open();
      });
      return;
    }
    this.#options.memory.now -= job.bytes.length;
    // If an earlier part of this input failed, so did the input.
    if (!log.isOwed(job.record)) return;
    if (status < 200 || status > 299) log.markFailed(job.record, nowMs, status, this.#refusalIn(answer), kept);
    else if (job.partsAfter === 0) log.markAcknowledged(job.record, nowMs, status, kept);
  }

  /** The code in the body if it is one of ours, else the name of that status. */
  #refusalIn(answer: Answer): Failure {
    const { refusals } = this.#options;
    try {
      const { error } = JSON.parse(answer.body.toString()) as { error?: { code?: unknown } };
      if (typeof error?.code === 'string' && Object.hasOwn(refusals, error.code)) return error.code as Refusal;
    } catch {
      // A foreign system's page: its status must be enough.
    }
    return refusalByStatus(refusals, answer.status);
  }

  /** The connection is of no more use: requests that it did not answer go back to the front. */
  #break(): void {
    if (this.#socket !== null) dropSocket(this.#socket);
    this.#socket = null;
    this.#open = false;
    if (this.#closed) return;
    const { log, wall, triesMax, memory } = this.#options;
    const again: Job[] = [];
    for (const job of this.#flying.drain()) {
      if (job.tries < triesMax) again.push(job);
      else {
        memory.now -= job.bytes.length;
        if (log.isOwed(job.record)) log.markFailed(job.record, wall(), -1, 'connection', null);
      }
    }
    this.#waiting.putBack(again);
    const waitMs = backoff(this.#broken, RECONNECT);
    this.#broken += 1;
    this.#later(waitMs, () => this.open());
  }

  #later(waitMs: number, then: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      then();
    }, waitMs);
    this.#timers.add(timer);
  }
}

// --- internal ---

const RECONNECT = { baseMs: 10, maxMs: 1000 };
/** Wait before a decision is sent again whose ticket is not there yet. */
const LATE_MS = 250;
