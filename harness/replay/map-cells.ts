/** Counts records and alerts by cell of a coarse grid, since a report may not show them by point. */
import type { ReplayRecord } from './record.ts';

const CELL_DEGREES = 0.005;
/** A cell is shown if at least this many records share it. */
const RECORDS_MIN = 5;
/** If points are scattered over the world, only the cells that come first are kept. */
const CELLS_MAX = 50_000;

interface Cell {
  /** Indices of the south-west corner: degrees divided by CELL_DEGREES. */
  south: number;
  west: number;
  records: number;
  alerts: number;
}

export class MapCells {
  readonly #cells = new Map<string, Cell>();
  #alerts = 0;

  /** Degrees. */
  addRecord(latitude: number, longitude: number): void {
    const cell = this.#cellAt(latitude, longitude);
    if (cell !== undefined) cell.records++;
  }

  /** Degrees; null if the alert's record has no point. */
  addAlert(latitude: number | null, longitude: number | null): void {
    this.#alerts++;
    const cell = latitude === null || longitude === null ? undefined : this.#cellAt(latitude, longitude);
    if (cell !== undefined) cell.alerts++;
  }

  toRecord(): ReplayRecord['map'] {
    const cells = [...this.#cells.values()]
      .filter(({ records }) => records >= RECORDS_MIN)
      .sort((a, b) => a.south - b.south || a.west - b.west);
    const alertsShown = cells.reduce((sum, cell) => sum + cell.alerts, 0);
    return { cellDegrees: CELL_DEGREES, recordsMin: RECORDS_MIN, cells, alertsNotShown: this.#alerts - alertsShown };
  }

  #cellAt(latitude: number, longitude: number): Cell | undefined {
    const south = Math.floor(latitude / CELL_DEGREES);
    const west = Math.floor(longitude / CELL_DEGREES);
    const key = `${south} ${west}`;
    let cell = this.#cells.get(key);
    if (cell === undefined && this.#cells.size < CELLS_MAX) {
      cell = { south, west, records: 0, alerts: 0 };
      this.#cells.set(key, cell);
    }
    return cell;
  }
}
