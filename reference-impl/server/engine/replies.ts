/** Answers given under idempotency keys, so that the same input is taken once however often it is sent. Bounded by age and number. */
import type { RowReceipt } from '../../../contract/pipeline.ts';
import { Refused, type Idempotency, type Taken } from '../service-api.ts';

export class Replies {
  readonly #max: number;
  /** Those on disk, oldest first. */
  readonly #answers = new Map<string, Answer>();
  /** Digests of those under way. */
  readonly #busy = new Map<string, string>();
  /** Most answers are alike: one copy of each is kept. */
  readonly #common = new Map<string, RowReceipt[]>();

  constructor(max: number) {
    this.#max = max;
  }

  /** What was answered before; null where the key is new. Throws Refused where it was used for another input or is under way. */
  find(idempotency: Idempotency): Taken | null {
    const name = nameOf(idempotency);
    const digest = this.#busy.get(name);
    if (digest !== undefined) {
      if (digest !== idempotency.digest) throw reused();
      throw new Refused(
        'idempotency-key-busy',
        'expected the first request of this key to be answered before its next',
      );
    }
    const answer = this.#answers.get(name);
    if (answer === undefined) return null;
    if (answer.digest !== idempotency.digest) throw reused();
    return { rows: answer.rows, replayed: true };
  }

  begin(idempotency: Idempotency): void {
    this.#busy.set(nameOf(idempotency), idempotency.digest);
  }

  /** The input was not taken after all. */
  abandon(idempotency: Idempotency): void {
    this.#busy.delete(nameOf(idempotency));
  }

  /** The answer is on disk, with commit `commitId`. */
  keep(idempotency: Idempotency, rows: RowReceipt[], commitId: number, wallMs: number): void {
    const name = nameOf(idempotency);
    this.#busy.delete(name);
    // A key that comes again after it was forgotten is the latest again.
    this.#answers.delete(name);
    this.#answers.set(name, { digest: idempotency.digest, rows: this.#shared(rows), commitId, wallMs });
    if (this.#answers.size > this.#max) this.#answers.delete(this.#answers.keys().next().value!);
  }

  /** Forgets answers given before `beforeWallMs`. Returns the last commit of which no answer is left; Infinity where none is left at all. */
  forget(beforeWallMs: number): number {
    for (const [name, { wallMs, commitId }] of this.#answers) {
      if (wallMs >= beforeWallMs) return commitId - 1;
      this.#answers.delete(name);
    }
    return Infinity;
  }

  // --- internal ---

  #shared(rows: RowReceipt[]): RowReceipt[] {
    if (rows.length > 1) return rows;
    const text = rows.length === 0 ? '' : `${rows[0].outcome} ${rows[0].code}`;
    const known = this.#common.get(text);
    if (known !== undefined) return known;
    this.#common.set(text, rows);
    return rows;
  }
}

/** JSON of answers of one commit. */
export function repliesText(replies: readonly { idempotency: Idempotency; rows: RowReceipt[] }[]): string {
  return JSON.stringify(
    replies.map(({ idempotency: { scope, key, digest }, rows }) => [
      scope,
      key,
      digest,
      rows.map(({ outcome, code }) => (code === null ? [outcome] : [outcome, code])),
    ]),
  );
}

export function parseReplies(json: string): { idempotency: Idempotency; rows: RowReceipt[] }[] {
  const replies = JSON.parse(json) as [string, string, string, [RowReceipt['outcome'], RowReceipt['code']?][]][];
  return replies.map(([scope, key, digest, rows]) => ({
    idempotency: { scope, key, digest },
    rows: rows.map(([outcome, code = null], row) => ({ row, outcome, code })),
  }));
}

// --- internal ---

interface Answer {
  digest: string;
  rows: RowReceipt[];
  commitId: number;
  wallMs: number;
}

function nameOf({ scope, key }: Idempotency): string {
  return `${scope}\n${key}`;
}

function reused(): Refused {
  return new Refused('idempotency-key-reused', 'expected the body that this key was first used for, found another');
}
