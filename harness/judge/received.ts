/** What residents received, message by message: who got each, when, how often, and where the numbering has holes. */
import type { ConnectionLine } from '../../contract/trace.ts';
import type { DeliveryColumns, Observations } from './observations.ts';

/** One text, with everybody who received it. */
export interface ReceivedMessage {
  type: 'alert' | 'post';
  text: string;
  /** Ascending; a resident stands in it once for each number under which it came. */
  audience: Uint32Array;
  /** Wall time at which each of them had it first under that number. */
  receivedMs: Float64Array;
  /** The first of those. */
  firstMs: number;
}

export interface Received {
  /** In order of first reception. Texts that came only in place of another have nobody in their audience. */
  messages: ReceivedMessage[];
  /** Deliveries in all, of which so many had come before under the same number. */
  count: number;
  repeated: number;
  /** Numbers that a resident never got although a later one came. */
  holes: number;
  /** Numbers that named one message first and another later. */
  conflicts: { resident: number; frame: number }[];
}

export function sortReceived(o: Pick<Observations, 'frames' | 'deliveries' | 'connections'>): Received {
  const { deliveries, frames } = o;
  const order = orderOf(deliveries);
  const starts = startsOf(o.connections);
  const audiences = frames.map(() => ({ resident: [] as number[], receivedMs: [] as number[] }));
  const found: Received = { messages: [], count: deliveries.count, repeated: 0, holes: 0, conflicts: [] };

  for (let i = 0; i < order.length;) {
    const resident = deliveries.resident[order[i]];
    const frameOf = new Map<number, number>();
    for (; i < order.length && deliveries.resident[order[i]] === resident; i++) {
      const sequence = deliveries.sequence[order[i]];
      const frame = deliveries.frame[order[i]];
      const known = frameOf.get(sequence);
      if (known !== undefined) {
        if (known === frame) found.repeated += 1;
        else found.conflicts.push({ resident, frame });
        continue;
      }
      frameOf.set(sequence, frame);
      audiences[frame].resident.push(resident);
      audiences[frame].receivedMs.push(deliveries.wallMs[order[i]]);
    }
    found.holes += holesOf([...frameOf.keys()], starts.get(resident) ?? 0);
  }
  const conflicting = new Map(found.conflicts.map((c) => [c.frame, c]));
  for (const [frame, { type, text }] of frames.entries()) {
    const { resident, receivedMs } = audiences[frame];
    if (resident.length === 0 && !conflicting.has(frame)) continue;
    found.messages.push({
      type,
      text,
      audience: Uint32Array.from(resident),
      receivedMs: Float64Array.from(receivedMs),
      firstMs: receivedMs.reduce((least, ms) => Math.min(least, ms), Infinity),
    });
  }
  found.messages.sort((a, b) => a.firstMs - b.firstMs);
  return found;
}

// --- internal ---

/** Indices of deliveries by resident, then time, then as written. */
function orderOf({ count, resident, wallMs }: DeliveryColumns): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => i).sort(
    (a, b) => resident[a] - resident[b] || wallMs[a] - wallMs[b] || a - b,
  );
}

/** By resident: the last number that it was told of before its first message. */
function startsOf(connections: readonly ConnectionLine[]): Map<number, number> {
  const starts = new Map<number, number>();
  for (const { resident, event, sequence } of connections)
    if (event === 'open' && sequence !== null && !starts.has(resident)) starts.set(resident, sequence);
  return starts;
}

function holesOf(sequences: readonly number[], start: number): number {
  let last = start;
  let beyond = 0;
  for (const sequence of sequences) {
    if (sequence <= start) continue;
    last = Math.max(last, sequence);
    beyond += 1;
  }
  return last - start - beyond;
}
