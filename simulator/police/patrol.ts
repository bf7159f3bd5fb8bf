/** Patrol units in space: call signs, beats, and the place of each unit while it drives. Distances are Manhattan, in dm. */
import type { Box } from '../../contract/plane.ts';

/** A call sign such as `1A11`: district, sector, car. Unique for each index; 72 cars a district. */
export function callSign(unit: number): string {
  const within = unit % 72;
  return `${1 + Math.floor(unit / 72)}${'ABCDEFGH'[Math.floor(within / 9)]}${11 + (within % 9)}`;
}

/** The place of each unit when idle, dm. */
export interface Homes {
  x: Int32Array;
  y: Int32Array;
}

/** The centres of one beat for each unit, in rows over the box. Beats are nearly square if the box allows it. */
export function beatCentres(units: number, box: Box): Homes {
  const x = new Int32Array(units);
  const y = new Int32Array(units);
  const width = box.x1 - box.x0;
  const height = box.y1 - box.y0;
  const rows = Math.max(1, Math.min(units, Math.round(Math.sqrt(units * (height / Math.max(1, width))))));
  for (let unit = 0; unit < units; unit += 1) {
    const row = Math.floor((unit * rows) / units);
    const first = Math.ceil((row * units) / rows);
    const end = Math.ceil(((row + 1) * units) / rows);
    x[unit] = box.x0 + Math.round((width * (unit - first + 0.5)) / (end - first));
    y[unit] = box.y0 + Math.round((height * (row + 0.5)) / rows);
  }
  return { x, y };
}

/** The centres of the beats of several shifts, one after the other. Each shift covers the whole box with beats of its own. */
export function shiftBeats(counts: readonly number[], box: Box): Homes {
  const homes = counts.map((count) => beatCentres(count, box));
  return {
    x: Int32Array.from(homes.flatMap(({ x }) => [...x])),
    y: Int32Array.from(homes.flatMap(({ y }) => [...y])),
  };
}

/**
 * Drives in progress, one for each unit: first along x, then along y. They are kept as columns, so that looking at units and sending them,
 * which happens for each job, makes no objects.
 */
export class Patrol {
  readonly count: number;
  readonly names: readonly string[];
  readonly #home: Homes;
  readonly #fromX: Int32Array;
  readonly #fromY: Int32Array;
  readonly #toX: Int32Array;
  readonly #toY: Int32Array;
  readonly #startMs: Float64Array;
  readonly #dmPerMs: Float64Array;

  /** All units start at home. `lent` more units, after them, belong to neighbours: they have no home here, and are placed when they come. */
  constructor(units: number, home: Homes, lent = 0) {
    this.count = units;
    this.names = Array.from({ length: units + lent }, (_, i) => (i < units ? callSign(i) : lentSign(i - units)));
    this.#home = home;
    this.#fromX = new Int32Array(units + lent);
    this.#fromY = new Int32Array(units + lent);
    this.#toX = new Int32Array(units + lent);
    this.#toY = new Int32Array(units + lent);
    this.#startMs = new Float64Array(units + lent);
    this.#dmPerMs = new Float64Array(units + lent);
    for (let unit = 0; unit < units; unit += 1) this.place(unit, home.x[unit], home.y[unit]);
  }

  /** The unit drives from its present place to (x, y) at `dmPerMs` (Infinity: it is there at once). Returns the time, integer ms. */
  drive(unit: number, x: number, y: number, dmPerMs: number, nowMs: number): number {
    const driven = this.#driven(unit, nowMs);
    const dx = this.#toX[unit] - this.#fromX[unit];
    const atX = this.#fromX[unit] + along(dx, driven);
    const atY = this.#fromY[unit] + along(this.#toY[unit] - this.#fromY[unit], driven - Math.abs(dx));
    this.#fromX[unit] = atX;
    this.#fromY[unit] = atY;
    this.#toX[unit] = x;
    this.#toY[unit] = y;
    this.#startMs[unit] = nowMs;
    this.#dmPerMs[unit] = dmPerMs;
    return Math.ceil((Math.abs(x - atX) + Math.abs(y - atY)) / dmPerMs);
  }

  /** The unit drives back to its beat. */
  driveHome(unit: number, dmPerMs: number, nowMs: number): void {
    this.drive(unit, this.#home.x[unit], this.#home.y[unit], dmPerMs, nowMs);
  }

  /** The unit stands on its beat from now on. */
  placeHome(unit: number): void {
    this.place(unit, this.#home.x[unit], this.#home.y[unit]);
  }

  /** The unit stands at (x, y) from now on. */
  place(unit: number, x: number, y: number): void {
    this.#fromX[unit] = x;
    this.#fromY[unit] = y;
    this.#toX[unit] = x;
    this.#toY[unit] = y;
  }

  /** The unit's present place, dm. */
  at(unit: number, nowMs: number): { x: number; y: number } {
    const driven = this.#driven(unit, nowMs);
    const dx = this.#toX[unit] - this.#fromX[unit];
    const dy = this.#toY[unit] - this.#fromY[unit];
    return { x: this.#fromX[unit] + along(dx, driven), y: this.#fromY[unit] + along(dy, driven - Math.abs(dx)) };
  }

  /** Distance from the unit's present place to (x, y), dm. */
  distance(unit: number, x: number, y: number, nowMs: number): number {
    const driven = this.#driven(unit, nowMs);
    const dx = this.#toX[unit] - this.#fromX[unit];
    const dy = this.#toY[unit] - this.#fromY[unit];
    return (
      Math.abs(this.#fromX[unit] + along(dx, driven) - x) +
      Math.abs(this.#fromY[unit] + along(dy, driven - Math.abs(dx)) - y)
    );
  }

  /** Distance that the unit could have driven since it set out, dm. Once it is there, that is more than the length of its way. */
  #driven(unit: number, nowMs: number): number {
    const elapsedMs = nowMs - this.#startMs[unit];
    return elapsedMs > 0 ? Math.floor(elapsedMs * this.#dmPerMs[unit]) : 0;
  }
}

// --- internal ---

/** The call sign of a unit that a neighbour lends: `N1`, `N2`, ... */
function lentSign(unit: number): string {
  return `N${unit + 1}`;
}

/** The part of a leg of `d` dm that `driven` dm cover, with the leg's sign. */
function along(d: number, driven: number): number {
  if (driven <= 0) return 0;
  const length = Math.abs(d);
  const covered = driven < length ? driven : length;
  return d < 0 ? -covered : covered;
}
