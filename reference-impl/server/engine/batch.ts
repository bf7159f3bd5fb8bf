/** Inputs that were handed to the pipeline and are not on disk yet, with all that followed from them. */
import type { PipelineInput, PipelineOutput, RowReceipt } from '../../../contract/pipeline.ts';
import type { Clip, Idempotency, Published, Refused, Taken } from '../service-api.ts';
import type { Outbox } from './outbox.ts';
import { repliesText } from './replies.ts';
import { InputsText, messageOf } from './recovery.ts';
import type { AudienceRow, Commit } from '../store/store.ts';

/** Someone who waits for the commit. */
export interface Waiting {
  idempotency: Idempotency | null;
  rows: RowReceipt[];
  resolve: (taken: Taken) => void;
  reject: (error: Refused) => void;
}

/** What the pipeline said, with the platform time at which it did. */
interface Said {
  output: PipelineOutput;
  atMs: number;
}

export class Batch {
  readonly waiting: Waiting[] = [];
  readonly said: Said[] = [];
  /** Residents who leave the platform with it. */
  readonly left: number[] = [];
  readonly #text = new InputsText();
  readonly #clips: Clip[] = [];
  /** Inputs in it. */
  size = 0;

  add(input: PipelineInput, atMs: number, outputs: readonly PipelineOutput[]): void {
    this.#text.add(input, atMs);
    if (input.kind === 'preference' && input.change.quit === true) this.left.push(input.change.resident);
    for (const output of outputs) this.said.push({ output, atMs });
    this.size++;
  }

  addClip(clip: Clip, waiting: Waiting): void {
    this.#clips.push(clip);
    this.waiting.push(waiting);
    this.size++;
  }

  /** What goes to disk, and the messages in it as residents are sent them. */
  commit(id: number, wallMs: number, outbox: Outbox, clipsMax: number): { commit: Commit; published: Published[] } {
    const audiences: AudienceRow[] = [];
    const messages: Commit['messages'][number][] = [];
    const published: Published[] = [];
    for (const { output, atMs } of this.said) {
      const message = messageOf(output);
      if (message === null) continue;
      const { type, body } = message;
      const audience = outbox.audienceOf(message.audience, audiences);
      const row = { id: outbox.nextId + messages.length, type, body, committedMs: wallMs };
      messages.push({ ...row, atMs, audienceId: audience.id });
      published.push({ ...row, audience: audience.ids });
    }
    const replies = this.waiting.filter(isIdempotent);
    const commit: Commit = {
      id,
      wallMs,
      inputs: this.#text.row(),
      replies: replies.length === 0 ? null : repliesText(replies),
      audiences,
      messages,
      clips: this.#clips,
      clipsMax,
    };
    return { commit, published };
  }
}

// --- internal ---

function isIdempotent(waiting: Waiting): waiting is Waiting & { idempotency: Idempotency } {
  return waiting.idempotency !== null;
}
