/** Which part of the trace an instance of k6 sends, from its execution segment: by the number of an agency, resident or doorbell, so that each is in exactly one. */

/** From (inclusive) and until (exclusive), as shares of the whole. */
export interface Segment {
  from: number;
  until: number;
}

/** Of text such as `1/4:1/2` or `0:1`, as k6 gives its option back. */
export function segmentOf(text: string): Segment {
  const [from, until] = text.split(':').map(shareOf);
  return { from, until };
}

/** Steps of the golden ratio fill the whole evenly, wherever numbers start; where one falls is the same for every instance. */
export function owns({ from, until }: Segment, number: number): boolean {
  const at = (Math.imul(number, 0x9e3779b1) >>> 0) / 2 ** 32;
  return at >= from && at < until;
}

// --- internal ---

function shareOf(text: string): number {
  const [above, below = 1] = text.split('/').map(Number);
  return above / below;
}
