/**
 * The local plane. Every position inside the harness is a whole number of decimetres (dm) east (x) and north (y) of 0°N 0°E; degrees appear only in messages.
 * Synthetic towns lie that close to the equator so that one scale serves both axes.
 */

/** Decimetres in one degree (WGS 84 equatorial radius 6,378,137 m: 111,319.49 m per degree of longitude). */
export const DM_PER_DEGREE = 1_113_195;

/** Degrees to integer decimetres. */
export function degreesToDm(degrees: number): number {
  return Math.round(degrees * DM_PER_DEGREE);
}

/** Integer decimetres to degrees, rounded to 7 decimals (about 1 cm). */
export function dmToDegrees(dm: number): number {
  return Math.round((dm / DM_PER_DEGREE) * 1e7) / 1e7;
}

/** An axis-aligned box in decimetres, edges included. A point is a box with x0 = x1 and y0 = y1. */
export interface Box {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

/** Squared distance in dm² from a point to the nearest point of a box; 0 inside it. Exact for |coordinate| < 2^25 dm. */
export function distanceSquaredToBox(x: number, y: number, box: Box): number {
  const dx = x < box.x0 ? box.x0 - x : x > box.x1 ? x - box.x1 : 0;
  const dy = y < box.y0 ? box.y0 - y : y > box.y1 ? y - box.y1 : 0;
  return dx * dx + dy * dy;
}
