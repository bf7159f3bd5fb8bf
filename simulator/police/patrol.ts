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

/** Drives in progress, one a unit, as columns: first along x, then along y. */
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

  /** All units start at home. */
  constructor(units: number, home: Homes) {
    this.count = units;
    this.names = Array.from({ length: units }, (_, unit) => callSign(unit));
    this.home = home;
    this.fromX = this.home.x.slice();
    this.fromY = this.home.y.slice();
    this.toX = this.home.x.slice();
    this.toY = this.home.y.slice();
    this.startMs = new Float64Array(units);
    this.dmPerMs = new Float64Array(units);
  }

  /** From where it is now, the unit drives to (x, y) at `dmPerMs` (Infinity: it is there at once). Returns the time that takes, integer ms. */
  drive(unit: number, x: number, y: number, dmPerMs: number, nowMs: number): number {
    const at = this.at(unit, nowMs);
    this.fromX[unit] = at.x;
    this.fromY[unit] = at.y;
    this.toX[unit] = x;
    this.toY[unit] = y;
    this.startMs[unit] = nowMs;
    this.dmPerMs[unit] = dmPerMs;
    return Math.ceil((Math.abs(x - at.x) + Math.abs(y - at.y)) / dmPerMs);
  }

  /** Back to its beat. */
  driveHome(unit: number, dmPerMs: number, nowMs: number): void {
    this.drive(unit, this.home.x[unit], this.home.y[unit], dmPerMs, nowMs);
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
    const fromX = this.fromX[unit];
    const fromY = this.fromY[unit];
    const dx = this.toX[unit] - fromX;
    const dy = this.toY[unit] - fromY;
    const elapsedMs = nowMs - this.startMs[unit];
    const driven = elapsedMs > 0 ? Math.floor(elapsedMs * this.dmPerMs[unit]) : 0;
    const alongX = Math.min(driven, Math.abs(dx));
    const alongY = Math.min(driven - alongX, Math.abs(dy));
    return { x: fromX + (dx < 0 ? -alongX : alongX), y: fromY + (dy < 0 ? -alongY : alongY) };
  }

  /** Distance from where the unit is to (x, y), dm. */
  distance(unit: number, x: number, y: number, nowMs: number): number {
    const at = this.at(unit, nowMs);
    return Math.abs(at.x - x) + Math.abs(at.y - y);
  }
}
