/** What became of each input, in columns that grow by blocks: nothing is ever copied while inputs are being sent. */
import { TRACE_INPUT_KINDS } from '../../../../contract/trace-kinds.ts';
import { SpreadTally } from '../../../../stats/spread.ts';
import type { CrewStatus, InputTotals } from './crew-contract.ts';
import type { Failure, SendBlock, Sends } from './sends.ts';

/** Instead of a kind: an input before the window. */
export const UNCOUNTED = 255;

const BLOCK = 8192;
const ANSWER_BYTES_MAX = 256 << 20;

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

  /** `lagBoundsMs`: of the buckets that lags are counted by. */
  constructor(lagBoundsMs: readonly number[] = []) {
    this.#lags = new SpreadTally(lagBoundsMs);
  }

  /** Inputs taken up. */
  get taken(): number {
    return this.#count;
  }

  /** A new record; `lagMs` is NaN for an input that was not planned by the clock. `kind`: index in TRACE_INPUT_KINDS, where it counts by kind. */
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

  /** Handed to a socket, for the `tries`-th time. */
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

  /** Refused for now, to be sent again. */
  markRefused(record: number, nowMs: number, status: number): void {
    this.#blocks[(record / BLOCK) | 0].status[record % BLOCK] = status;
    this.lastAnswerMs = nowMs;
  }

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

  /** Given up. `status` is -1 where no answer came. */
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

  /** Neither acknowledged nor given up. */
  isOwed(record: number): boolean {
    const block = this.#blocks[(record / BLOCK) | 0];
    const i = record % BLOCK;
    return Number.isNaN(block.answeredMs[i]) && block.failure[i] === 0;
  }

  /** Its share of a thread's status; the greatest lag is that since it was last asked for. */
  takeStatus(): Pick<
    CrewStatus,
    'taken' | 'sent' | 'acknowledged' | 'owed' | 'lastAnswerMs' | 'lagMaxMs' | 'totals' | 'lags'
  > {
    const { taken, sent, acknowledged, owed, lastAnswerMs, totals } = this;
    const lagMaxMs = this.#lagMaxMs;
    this.#lagMaxMs = 0;
    return { taken, sent, acknowledged, owed, lastAnswerMs, lagMaxMs, totals, lags: this.#lags.spread };
  }

  /** Everything; records still open then are failed as `failure` says for them. */
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
    // A copy: what came in stands in a buffer that is read into again.
    this.#answers.push(Uint8Array.from(answer));
    block.answer[i] = this.#answers.length;
  }
}

/** Place of a record in its block. */
export function placeOf(sends: Sends, record: number): { block: SendBlock; i: number } {
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
