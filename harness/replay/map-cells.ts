/** Where records and alerts lie, as coarsely as a report may show it: by cell of a grid, never by point. */
import type { ReplayRecord } from './record.ts';

const MAP_CELL_DEGREES = 0.005;
/** A cell is shown where this many records share it. */
const MAP_RECORDS_MIN = 5;
/** A file whose points are scattered over the world shows the cells met first. */
const CELLS_MAX = 50_000;

export interface MapCells {
  record(latitude: number, longitude: number): void;
  /** Null: the alert's record has no point. */
  alert(latitude: number | null, longitude: number | null): void;
  toRecord(): ReplayRecord['map'];
}

export function createMapCells(): MapCells {
  const cells = new Map<string, { south: number; west: number; records: number; alerts: number }>();
  let alerts = 0;
  function cellAt(latitude: number, longitude: number) {
    const south = Math.floor(latitude / MAP_CELL_DEGREES);
    const west = Math.floor(longitude / MAP_CELL_DEGREES);
    const key = `${south} ${west}`;
    let cell = cells.get(key);
    if (cell === undefined && cells.size < CELLS_MAX) cells.set(key, (cell = { south, west, records: 0, alerts: 0 }));
    return cell;
  }
  return {
    record(latitude, longitude) {
      const cell = cellAt(latitude, longitude);
      if (cell !== undefined) cell.records++;
    },
    alert(latitude, longitude) {
      alerts++;
      const cell = latitude === null || longitude === null ? undefined : cellAt(latitude, longitude);
      if (cell !== undefined) cell.alerts++;
    },
    toRecord() {
      const shown = [...cells.values()]
        .filter((c) => c.records >= MAP_RECORDS_MIN)
        .sort((a, b) => a.south - b.south || a.west - b.west);
      const alertsShown = shown.reduce((sum, c) => sum + c.alerts, 0);
      return {
        cellDegrees: MAP_CELL_DEGREES,
        recordsMin: MAP_RECORDS_MIN,
        cells: shown,
        alertsNotShown: alerts - alertsShown,
      };
    },
  };
}
