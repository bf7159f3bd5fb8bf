/**
 * The part of the trace that an instance of k6 sends, by its execution segment: the number of an agency, resident or doorbell says to
 * which segment it belongs, so that each is in exactly one.
 */

/** From (inclusive) and until (exclusive), as shares of the whole. */
export interface Segment {
  from: number;
  until: number;
}

/** Reads a segment from a text such as `1/4:1/2` or `0:1`, the form in which k6 gives its option back. */
export function segmentOf(text: string): Segment {
  const [from, until] = text.split(':').map(shareOf);
  return { from, until };
}

/** Whether a number belongs to a segment. Multiples of the golden ratio fill the whole evenly, wherever numbers start, and every instance finds the same. */
export function owns({ from, until }: Segment, number: number): boolean {
  const at = (Math.imul(number, 0x9e3779b1) >>> 0) / 2 ** 32;
  return at >= from && at < until;
}

// --- internal ---

function shareOf(text: string): number {
  const [above, below = 1] = text.split('/').map(Number);
  return above / below;
}
