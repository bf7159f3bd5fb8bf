/** Says how each input fared, in columns that grow by blocks: nothing is ever copied while inputs are being sent. */
import { TRACE_INPUT_KINDS } from '../../../contract/trace-kinds.ts';
import { SpreadTally } from '../../../stats/spread.ts';
import type { Failure, InputTotals, SendBlock, Sends, SendStatus } from './sends.ts';

/** In place of a kind: an input before the window, which the totals by kind leave out. */
export const UNCOUNTED = 255;

const BLOCK = 8192;
/** Bytes of answers that are kept. */
const ANSWER_BYTES_MAX = 256 << 20;

/** The inputs of one part of a driver, each a record by number. */
export class SendLog {
  readonly #blocks: SendBlock[] = [];
  readonly #failures: Failure[] = [];
  readonly #answers: Uint8Array[] = [];
  #answerBytes = 0;
  readonly #lags: SpreadTally;
  #count = 0;
  /** By index in TRACE_INPUT_KINDS. */
  readonly totals: InputTotals = {
    meant: new Array<number>(TRACE_INPUT_KINDS.length).fill(0),
    sent: new Array<number>(TRACE_INPUT_KINDS.length).fill(0),
    acknowledged: new Array<number>(TRACE_INPUT_KINDS.length).fill(0),
  };
  /** Inputs handed to a socket at least once, acknowledged, and neither acknowledged nor failed yet. */
  sent = 0;
  acknowledged = 0;
  owed = 0;
  /** Answers whose receipts were not kept, because they would have taken too much memory. */
  answersDropped = 0;
  /** When something was last acknowledged or refused; 0 before. */
  lastAnswerMs = 0;
  #lagMaxMs = 0;

  /** `lagBoundsMs`: upper bounds of the buckets by which lags are counted. */
  constructor(lagBoundsMs: readonly number[] = []) {
    this.#lags = new SpreadTally(lagBoundsMs);
  }

  /** Inputs taken up. */
  get taken(): number {
    return this.#count;
  }

  /** Opens a record and answers its number. `lagMs` is NaN for an input that was not planned by the clock. `kind`: index in TRACE_INPUT_KINDS. */
  open(line: number, intendedMs: number, lagMs: number, kind = UNCOUNTED): number {
    const record = this.#count;
    if (record % BLOCK === 0) this.#blocks.push(emptyBlock());
    this.#count += 1;
    const block = this.#blocks[(record / BLOCK) | 0];
    const i = record % BLOCK;
    block.line[i] = line;
    block.intendedMs[i] = intendedMs;
    block.lagMs[i] = lagMs;
    block.kind[i] = kind;
    if (kind !== UNCOUNTED) this.totals.meant[kind] += 1;
    if (!Number.isNaN(lagMs)) this.#lags.add(lagMs);
    block.sentMs[i] = NaN;
    block.answeredMs[i] = NaN;
    block.status[i] = -1;
    this.owed += 1;
    if (lagMs > this.#lagMaxMs) this.#lagMaxMs = lagMs;
    return record;
  }

  /** The input was handed to a socket, for the `tries`-th time. */
  markSent(record: number, nowMs: number, tries: number): void {
    const block = this.#blocks[(record / BLOCK) | 0];
    const i = record % BLOCK;
    if (block.tries[i] === 0) {
      block.sentMs[i] = nowMs;
      this.sent += 1;
      if (block.kind[i] !== UNCOUNTED) this.totals.sent[block.kind[i]] += 1;
    }
    block.tries[i] = Math.max(block.tries[i], tries);
  }

  /** The input was refused for now, and will be sent again. */
  markRefused(record: number, nowMs: number, status: number): void {
    this.#blocks[(record / BLOCK) | 0].status[record % BLOCK] = status;
    this.lastAnswerMs = nowMs;
  }

  /** The input was answered. `status` is -1 if there was nothing to answer; `answer`: a body that holds receipts. */
  markAcknowledged(record: number, nowMs: number, status: number, answer: Uint8Array | null): void {
    const block = this.#blocks[(record / BLOCK) | 0];
    const i = record % BLOCK;
    block.answeredMs[i] = nowMs;
    block.status[i] = status;
    if (answer !== null) this.#keep(block, i, answer);
    this.acknowledged += 1;
    if (block.kind[i] !== UNCOUNTED) this.totals.acknowledged[block.kind[i]] += 1;
    this.owed -= 1;
    this.lastAnswerMs = nowMs;
  }

  /** The input was given up. `status` is -1 if no answer came. */
  markFailed(record: number, nowMs: number, status: number, failure: Failure, answer: Uint8Array | null): void {
    const block = this.#blocks[(record / BLOCK) | 0];
    const i = record % BLOCK;
    if (status !== -1) {
      block.status[i] = status;
      this.lastAnswerMs = nowMs;
    }
    block.failure[i] = this.#numberOf(failure);
    if (answer !== null) this.#keep(block, i, answer);
    this.owed -= 1;
  }

  /** Whether the input was neither acknowledged nor given up. */
  isOwed(record: number): boolean {
    const block = this.#blocks[(record / BLOCK) | 0];
    const i = record % BLOCK;
    return Number.isNaN(block.answeredMs[i]) && block.failure[i] === 0;
  }

  /** How things stand; the greatest lag is that since the last call. */
  takeStatus(): SendStatus {
    const { taken, sent, acknowledged, owed, lastAnswerMs, totals } = this;
    const lagMaxMs = this.#lagMaxMs;
    this.#lagMaxMs = 0;
    return { taken, sent, acknowledged, owed, lastAnswerMs, lagMaxMs, totals, lags: this.#lags.spread };
  }

  /** Ends the log. An input that is still owed fails, by the failure that `failure` names for it. */
  close(failure: (record: number, sent: boolean) => Failure): Sends {
    for (let record = 0; record < this.#count; record += 1) {
      const block = this.#blocks[(record / BLOCK) | 0];
      const i = record % BLOCK;
      if (this.isOwed(record)) block.failure[i] = this.#numberOf(failure(record, block.tries[i] > 0));
    }
    return { count: this.#count, blocks: this.#blocks, failures: this.#failures, answers: this.#answers };
  }

  #numberOf(failure: Failure): number {
    const known = this.#failures.indexOf(failure);
    return known === -1 ? this.#failures.push(failure) : known + 1;
  }

  #keep(block: SendBlock, i: number, answer: Uint8Array): void {
    if (this.#answerBytes + answer.length > ANSWER_BYTES_MAX) {
      this.answersDropped += 1;
      return;
    }
    this.#answerBytes += answer.length;
    // A copy: the answer stands in a buffer that is read into again.
    this.#answers.push(Uint8Array.from(answer));
    block.answer[i] = this.#answers.length;
  }
}

/** The place of a record: its block, and its row there. */
export function locate(sends: Sends, record: number): { block: SendBlock; i: number } {
  return { block: sends.blocks[(record / BLOCK) | 0], i: record % BLOCK };
}

// --- internal ---

function emptyBlock(): SendBlock {
  return {
    line: new Uint32Array(BLOCK),
    intendedMs: new Float64Array(BLOCK),
    kind: new Uint8Array(BLOCK),
    lagMs: new Float32Array(BLOCK),
    sentMs: new Float64Array(BLOCK),
    answeredMs: new Float64Array(BLOCK),
    status: new Int16Array(BLOCK),
    tries: new Uint16Array(BLOCK),
    failure: new Uint8Array(BLOCK),
    answer: new Uint32Array(BLOCK),
  };
}
