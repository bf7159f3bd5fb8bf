/** Counts what a replay reads and what the pipeline makes of it. */
import { CATEGORIES, PRESETS, type Category } from '../../contract/catalogue.ts';
import { MINUTE_MS, civilFromMs, weekday } from '../../contract/time.ts';
import { zoneOffsetMin } from '../../contract/zones.ts';
import { createMapCells } from './map-cells.ts';
import type { MappedRow, Rejected } from './map-row.ts';
import type { ReplayRecord } from './record.ts';
import { shortShapeOf } from './shape.ts';

/** Differing natures told apart, and the longest text kept of one: a column of narratives mapped by mistake must not fill memory or the record. */
const NATURES_MAX = 10_000;
const NATURE_LENGTH_MAX = 80;
const NATURES_SHOWN = 100;
/** A nature of a single row may be a text of that row alone, such as a note: it is counted and not shown. */
const NATURE_ROWS_MIN = 2;
const SHAPES_MAX = 5000;
const SHAPES_SHOWN = 20;

export type TallyPart = Pick<
  ReplayRecord,
  | 'counts'
  | 'byCategory'
  | 'suppressedBy'
  | 'rejectedBy'
  | 'unmappedNatures'
  | 'unmapped'
  | 'unlocatableShapes'
  | 'alertsByHour'
  | 'times'
  | 'coordinates'
  | 'map'
  | 'span'
>;

export function createTally(preset: 'us-eight' | 'extended', zone: string) {
  const counts = {
    rows: 0,
    parsed: 0,
    rejected: 0,
    duplicates: 0,
    updates: 0,
    superseded: 0,
    records: 0,
    eligible: 0,
    alerts: 0,
    alertUpdates: 0,
    alertCancels: 0,
    suppressed: 0,
  };
  const byCategory: Record<string, { eligible: number; alerts: number }> = {};
  for (const category of PRESETS[preset]) byCategory[category] = { eligible: 0, alerts: 0 };
  const suppressedBy = new Map<string, number>();
  const rejectedBy = new Map<string, number>();
  const rejectShapes = new Map<string, string>();
  const shapes = new Map<string, number>();
  const natures = new Map<string, number>();
  let unmappedRows = 0;
  const alertsByHour = Array.from({ length: 7 }, () => new Array<number>(24).fill(0));
  const times = { gaps: 0, overlaps: 0, backwards: 0 };
  const coordinates = { rows: 0, outsideBox: 0 };
  const map = createMapCells();
  let span: ReplayRecord['span'] = null;

  return {
    counts,
    times,
    rejectedBy,
    /** What the time of the first row rejected for a reason looked like, by the reason. */
    rejectShapes,
    rejected({ reject: code, shape }: Rejected): void {
      if (shape !== null && !rejectShapes.has(code)) rejectShapes.set(code, shape);
      counts.rows++;
      counts.rejected++;
      count(rejectedBy, code);
    },
    parsed(row: MappedRow): void {
      counts.rows++;
      counts.parsed++;
      times.gaps += row.gaps;
      times.overlaps += row.overlaps;
      coordinates.outsideBox += row.outside;
      if (row.latitude !== null) coordinates.rows++;
    },
    record(row: MappedRow): void {
      counts.records++;
      if (row.latitude !== null && row.longitude !== null) map.record(row.latitude, row.longitude);
    },
    replayed(row: MappedRow, nowMs: number): void {
      span = { firstMs: span?.firstMs ?? nowMs, lastMs: nowMs };
      if (row.unmapped === null) return;
      unmappedRows++;
      const nature = row.unmapped.slice(0, NATURE_LENGTH_MAX);
      if (natures.has(nature) || natures.size < NATURES_MAX) count(natures, nature);
    },
    eligible(mark: number): void {
      counts.eligible++;
      byCategory[CATEGORIES[mark - 1]].eligible++;
    },
    alert(category: Category, row: MappedRow): void {
      counts.alerts++;
      byCategory[category].alerts++;
      map.alert(row.latitude, row.longitude);
      const localMs = row.incidentMs + zoneOffsetMin(zone, row.incidentMs) * MINUTE_MS;
      alertsByHour[weekday(localMs)][civilFromMs(localMs).hour]++;
    },
    unlocatable(row: MappedRow): void {
      const shape = row.refusedPlace === '' ? shortShapeOf(row.place) : row.refusedPlace;
      if (shapes.has(shape) || shapes.size < SHAPES_MAX) count(shapes, shape);
    },
    suppressed(reason: string): void {
      counts.suppressed++;
      count(suppressedBy, reason);
    },
    /** Natures that nothing names, beginnings of 80 characters, with their rows; at most 10,000. */
    natures,
    toRecord(): TallyPart {
      const unmappedNatures = mostFrequent(natures)
        .filter(([, n]) => n >= NATURE_ROWS_MIN)
        .slice(0, NATURES_SHOWN)
        .map(([nature, n]) => ({ nature, count: n }));
      const unlocatableShapes = mostFrequent(shapes)
        .slice(0, SHAPES_SHOWN)
        .map(([shape, n]) => ({ shape, count: n }));
      return {
        counts: { ...counts },
        byCategory,
        suppressedBy: sortedCounts(suppressedBy),
        rejectedBy: sortedCounts(rejectedBy),
        unmappedNatures,
        unlocatableShapes,
        unmapped: { rows: unmappedRows, natures: natures.size },
        alertsByHour,
        times,
        coordinates,
        map: map.toRecord(),
        span,
      };
    },
  };
}
export type Tally = ReturnType<typeof createTally>;

// --- internal ---

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function mostFrequent(counts: ReadonlyMap<string, number>): [name: string, count: number][] {
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
}

function sortedCounts(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}
