/** The receptions of a run, message by message: who received each, when and how often, and the holes in the numbering. */
import type { ConnectionLine } from '../../contract/trace.ts';
import type { DeliveryColumns, Observations } from './observations.ts';

/** One text, with everybody who received it. */
export interface ReceivedMessage {
  type: 'alert' | 'post';
  text: string;
  /** Ascending. A resident is in it once for each number under which the text came. */
  audience: Uint32Array;
  /** Wall time of the first reception under that number, in the audience's order. */
  receivedMs: Float64Array;
  /** The first of those; Infinity if the audience is empty. */
  firstMs: number;
}

export interface Receptions {
  /** In order of first reception. A text that only came in place of another has an empty audience. */
  messages: ReceivedMessage[];
  /** Number of deliveries. */
  count: number;
  /** How many of them had come before under the same number. */
  repeated: number;
  /** Numbers that a resident never got although a later one came. */
  holes: number;
  /** Deliveries under a number that had named another message before. */
  conflicts: { resident: number; frame: number }[];
}

/** Sorts what the driver wrote down by message. */
export function sortReceptions(observations: Pick<Observations, 'frames' | 'deliveries' | 'connections'>): Receptions {
  const { deliveries, frames } = observations;
  const order = sortDeliveries(deliveries);
  const starts = startNumbers(observations.connections);
  const audiences = frames.map(() => ({ resident: [] as number[], receivedMs: [] as number[] }));
  const receptions: Receptions = { messages: [], count: deliveries.count, repeated: 0, holes: 0, conflicts: [] };

  for (let i = 0; i < order.length;) {
    const resident = deliveries.resident[order[i]];
    const frameBySequence = new Map<number, number>();
    for (; i < order.length && deliveries.resident[order[i]] === resident; i++) {
      const sequence = deliveries.sequence[order[i]];
      const frame = deliveries.frame[order[i]];
      const known = frameBySequence.get(sequence);
      if (known !== undefined) {
        if (known === frame) receptions.repeated += 1;
        else receptions.conflicts.push({ resident, frame });
        continue;
      }
      frameBySequence.set(sequence, frame);
      audiences[frame].resident.push(resident);
      audiences[frame].receivedMs.push(deliveries.wallMs[order[i]]);
    }
    receptions.holes += countHoles([...frameBySequence.keys()], starts.get(resident) ?? 0);
  }
  const conflicting = new Set(receptions.conflicts.map(({ frame }) => frame));
  for (const [frame, { type, text }] of frames.entries()) {
    const { resident, receivedMs } = audiences[frame];
    if (resident.length === 0 && !conflicting.has(frame)) continue;
    receptions.messages.push({
      type,
      text,
      audience: Uint32Array.from(resident),
      receivedMs: Float64Array.from(receivedMs),
      firstMs: receivedMs.reduce((least, ms) => Math.min(least, ms), Infinity),
    });
  }
  receptions.messages.sort((a, b) => a.firstMs - b.firstMs);
  return receptions;
}

// --- internal ---

/** Indices of deliveries by resident, then by time, then as they were written down. */
function sortDeliveries({ count, resident, wallMs }: DeliveryColumns): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => i).sort(
    (a, b) => resident[a] - resident[b] || wallMs[a] - wallMs[b] || a - b,
  );
}

/** By resident: the number that its first connection opened with. Its first message has the next one. */
function startNumbers(connections: readonly ConnectionLine[]): Map<number, number> {
  const starts = new Map<number, number>();
  for (const { resident, event, sequence } of connections)
    if (event === 'open' && sequence !== null && !starts.has(resident)) starts.set(resident, sequence);
  return starts;
}

/** Numbers after `start`, up to the largest one, that are missing. `sequences` are distinct. */
function countHoles(sequences: readonly number[], start: number): number {
  let last = start;
  let present = 0;
  for (const sequence of sequences) {
    if (sequence <= start) continue;
    last = Math.max(last, sequence);
    present += 1;
  }
  return last - start - present;
}
