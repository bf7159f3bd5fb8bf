/**
 * The log of inputs, and what was lost in a crash made anew from it: the pipeline is deterministic, so that the same inputs at the same
 * platform times lead to the same state. Their outputs are thrown away, since what they published is on disk beside them.
 */
import type { PipelineInput, PipelineOutput } from '../../../contract/pipeline.ts';
import type { Live } from './live.ts';
import type { InputsRow } from '../store/store.ts';

/** JSON text of the inputs of one commit, added to one by one. */
export class InputsText {
  #json = '';
  changesWishes = false;
  atMs = 0;

  add(input: PipelineInput, atMs: number): void {
    this.#json += `${this.#json === '' ? '[' : ','}[${atMs},${JSON.stringify(input)}]`;
    this.changesWishes ||= input.kind === 'preference';
    this.atMs = atMs;
  }

  /** Null where nothing was added. */
  row(): Omit<InputsRow, 'id'> | null {
    if (this.#json === '') return null;
    return { atMs: this.atMs, json: `${this.#json}]`, changesWishes: this.changesWishes };
  }
}

/** Platform time and input, in the order in which they were handed in. */
export function parseInputs(json: string): [atMs: number, input: PipelineInput][] {
  return JSON.parse(json) as [number, PipelineInput][];
}

export interface Replayed {
  inputs: number;
  /** Platform time of the last; -Infinity where there are none. */
  atMs: number;
  /** Messages that the replay published from `checkFromMs` on and that are not among the known. */
  unknownMessages: number;
}

/**
 * Hands logged inputs to a fresh pipeline, a slice at each step. `read` gives the rows after an id, and none at the end. `isKnown` tells
 * whether what is published at `checkFromMs` or later was published before.
 */
export function* replay(
  live: Live,
  read: (afterId: number) => InputsRow[],
  checkFromMs: number,
  isKnown: (body: string) => boolean,
): Generator<void, Replayed> {
  const replayed: Replayed = { inputs: 0, atMs: -Infinity, unknownMessages: 0 };
  let lastId = 0;
  for (let rows = read(lastId); rows.length > 0; rows = read(lastId)) {
    for (const { id, json } of rows) {
      lastId = id;
      for (const [atMs, input] of parseInputs(json)) {
        const outputs = live.handle(input, atMs);
        replayed.inputs++;
        replayed.atMs = atMs;
        if (atMs >= checkFromMs) replayed.unknownMessages += outputs.filter((out) => isUnknown(out, isKnown)).length;
      }
      yield;
    }
  }
  return replayed;
}

/** What residents are sent of an output; null where it is for others. */
export function messageOf(
  output: PipelineOutput,
): { type: 'alert' | 'post'; body: string; audience: Uint32Array } | null {
  if (output.kind === 'publish') return { type: 'alert', body: output.frame, audience: output.audience };
  if (output.kind === 'post')
    return {
      type: 'post',
      body: JSON.stringify({ postId: output.postId, text: output.text }),
      audience: output.audience,
    };
  return null;
}

// --- internal ---

function isUnknown(output: PipelineOutput, isKnown: (body: string) => boolean): boolean {
  const message = messageOf(output);
  return message !== null && !isKnown(message.body);
}
