/** Patrol units in space: call signs, beats, and where each unit is while it drives. Distances are Manhattan, in dm. */
import type { Box } from '../../contract/plane.ts';

/** `1A11`: district, sector, car. Unique for each index; 72 cars a district. */
export function callSign(unit: number): string {
  const within = unit % 72;
  return `${1 + Math.floor(unit / 72)}${'ABCDEFGH'[Math.floor(within / 9)]}${11 + (within % 9)}`;
}

/** Where each unit stands when idle, dm. */
export interface Homes {
  x: Int32Array;
  y: Int32Array;
}

/** Centres of as many beats, in rows over the box; near square where the box lets them. */
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

/** The beats of several crews' rosters, one after the other: each covers the whole box with beats of its own. */
export function beatsOf(counts: readonly number[], box: Box): Homes {
  const homes = counts.map((count) => beatCentres(count, box));
  return {
    x: Int32Array.from(homes.flatMap(({ x }) => [...x])),
    y: Int32Array.from(homes.flatMap(({ y }) => [...y])),
  };
}

/**
 * Drives in progress, one a unit, as columns: first along x, then along y. Units are looked at and sent for each job: what that takes makes no objects.
 */
export class Patrol {
  readonly count: number;
  readonly names: readonly string[];
  private readonly home: Homes;
  private readonly fromX: Int32Array;
  private readonly fromY: Int32Array;
  private readonly toX: Int32Array;
  private readonly toY: Int32Array;
  private readonly startMs: Float64Array;
  private readonly dmPerMs: Float64Array;

  /** All units start at home. `lent` more, after them, are neighbours': they have no home here, and are placed where they come in. */
  constructor(units: number, home: Homes, lent = 0) {
    this.count = units;
    this.names = Array.from({ length: units + lent }, (_, i) => (i < units ? callSign(i) : lentSign(i - units)));
    this.home = home;
    this.fromX = new Int32Array(units + lent);
    this.fromY = new Int32Array(units + lent);
    this.toX = new Int32Array(units + lent);
    this.toY = new Int32Array(units + lent);
    this.startMs = new Float64Array(units + lent);
    this.dmPerMs = new Float64Array(units + lent);
    for (let unit = 0; unit < units; unit += 1) this.place(unit, home.x[unit], home.y[unit]);
  }

  /** From where it is now, the unit drives to (x, y) at `dmPerMs` (Infinity: it is there at once). Returns the time that takes, integer ms. */
  drive(unit: number, x: number, y: number, dmPerMs: number, nowMs: number): number {
    const driven = this.driven(unit, nowMs);
    const dx = this.toX[unit] - this.fromX[unit];
    const atX = this.fromX[unit] + along(dx, driven);
    const atY = this.fromY[unit] + along(this.toY[unit] - this.fromY[unit], driven - Math.abs(dx));
    this.fromX[unit] = atX;
    this.fromY[unit] = atY;
    this.toX[unit] = x;
    this.toY[unit] = y;
    this.startMs[unit] = nowMs;
    this.dmPerMs[unit] = dmPerMs;
    return Math.ceil((Math.abs(x - atX) + Math.abs(y - atY)) / dmPerMs);
  }

  /** Back to its beat. */
  driveHome(unit: number, dmPerMs: number, nowMs: number): void {
    this.drive(unit, this.home.x[unit], this.home.y[unit], dmPerMs, nowMs);
  }

  /** Stands on its beat from now on. */
  placeHome(unit: number): void {
    this.place(unit, this.home.x[unit], this.home.y[unit]);
  }

  /** Stands at (x, y) from now on. */
  place(unit: number, x: number, y: number): void {
    this.fromX[unit] = x;
    this.fromY[unit] = y;
    this.toX[unit] = x;
    this.toY[unit] = y;
  }

  /** Where the unit is, dm. */
  at(unit: number, nowMs: number): { x: number; y: number } {
    const driven = this.driven(unit, nowMs);
    const dx = this.toX[unit] - this.fromX[unit];
    const dy = this.toY[unit] - this.fromY[unit];
    return { x: this.fromX[unit] + along(dx, driven), y: this.fromY[unit] + along(dy, driven - Math.abs(dx)) };
  }

  /** Distance from where the unit is to (x, y), dm. */
  distance(unit: number, x: number, y: number, nowMs: number): number {
    const driven = this.driven(unit, nowMs);
    const dx = this.toX[unit] - this.fromX[unit];
    const dy = this.toY[unit] - this.fromY[unit];
    return (
      Math.abs(this.fromX[unit] + along(dx, driven) - x) +
      Math.abs(this.fromY[unit] + along(dy, driven - Math.abs(dx)) - y)
    );
  }

  // --- internal ---

  /** Since it set out, dm; more than the way is long once it is there. */
  private driven(unit: number, nowMs: number): number {
    const elapsedMs = nowMs - this.startMs[unit];
    return elapsedMs > 0 ? Math.floor(elapsedMs * this.dmPerMs[unit]) : 0;
  }
}

// --- internal ---

/** `N1`, `N2`, ...: a unit that a neighbour lends. */
function lentSign(unit: number): string {
  return `N${unit + 1}`;
}

/** Of a leg of `d` dm, the part that `driven` dm cover, with the leg's sign. */
function along(d: number, driven: number): number {
  if (driven <= 0) return 0;
  const length = Math.abs(d);
  const covered = driven < length ? driven : length;
  return d < 0 ? -covered : covered;
}
