/** Counts the rows that a replay reads, and what the pipeline makes of them. */
import { CATEGORIES, PRESETS, type Category } from '../../contract/catalogue.ts';
import { MINUTE_MS, civilFromMs, weekday } from '../../contract/time.ts';
import { zoneOffsetMin } from '../../contract/zones.ts';
import { MapCells } from './map-cells.ts';
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

/** The parts of the record that are counts. */
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

export class Tally {
  readonly counts = {
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
  readonly times = { gaps: 0, overlaps: 0, backwards: 0 };
  /** Rows by the reason for which they were rejected. */
  readonly rejectedBy = new Map<string, number>();
  /** By reason: the shape of the time of the first row that was rejected for it. */
  readonly rejectShapes = new Map<string, string>();
  /** Rows by the nature that nothing names, cut to 80 characters; at most 10,000 natures. */
  readonly unmappedNatures = new Map<string, number>();
  readonly #zone: string;
  readonly #byCategory: Record<string, { eligible: number; alerts: number }> = {};
  readonly #suppressedBy = new Map<string, number>();
  readonly #unlocatableShapes = new Map<string, number>();
  readonly #alertsByHour = Array.from({ length: 7 }, () => new Array<number>(24).fill(0));
  readonly #coordinates = { rows: 0, outsideBox: 0 };
  readonly #map = new MapCells();
  #unmappedRows = 0;
  #span: ReplayRecord['span'] = null;

  /** `zone` is the agency's wall clock, by which alerts are counted by hour. */
  constructor(preset: 'us-eight' | 'extended', zone: string) {
    this.#zone = zone;
    for (const category of PRESETS[preset]) this.#byCategory[category] = { eligible: 0, alerts: 0 };
  }

  rejected({ reject, shape }: Rejected): void {
    if (shape !== null && !this.rejectShapes.has(reject)) this.rejectShapes.set(reject, shape);
    this.counts.rows++;
    this.counts.rejected++;
    count(this.rejectedBy, reject);
  }

  parsed(row: MappedRow): void {
    this.counts.rows++;
    this.counts.parsed++;
    this.times.gaps += row.gaps;
    this.times.overlaps += row.overlaps;
    this.#coordinates.outsideBox += row.outside;
    if (row.latitude !== null) this.#coordinates.rows++;
  }

  /** A row with a new id. */
  record(row: MappedRow): void {
    this.counts.records++;
    if (row.latitude !== null && row.longitude !== null) this.#map.addRecord(row.latitude, row.longitude);
  }

  /** A row that reaches the pipeline at `nowMs`. */
  replayed(row: MappedRow, nowMs: number): void {
    this.#span = { firstMs: this.#span?.firstMs ?? nowMs, lastMs: nowMs };
    if (row.unmapped === null) return;
    this.#unmappedRows++;
    const nature = row.unmapped.slice(0, NATURE_LENGTH_MAX);
    if (this.unmappedNatures.has(nature) || this.unmappedNatures.size < NATURES_MAX)
      count(this.unmappedNatures, nature);
  }

  /** A record that may be alerted on, by the mark of its category (map-row.ts). */
  eligible(mark: number): void {
    this.counts.eligible++;
    this.#byCategory[CATEGORIES[mark - 1]].eligible++;
  }

  alert(category: Category, row: MappedRow): void {
    this.counts.alerts++;
    this.#byCategory[category].alerts++;
    this.#map.addAlert(row.latitude, row.longitude);
    const localMs = row.incidentMs + zoneOffsetMin(this.#zone, row.incidentMs) * MINUTE_MS;
    this.#alertsByHour[weekday(localMs)][civilFromMs(localMs).hour]++;
  }

  /** A record whose place is no block and no crossing. */
  unlocatable(row: MappedRow): void {
    const shape = row.refusedPlace === '' ? shortShapeOf(row.place) : row.refusedPlace;
    const shapes = this.#unlocatableShapes;
    if (shapes.has(shape) || shapes.size < SHAPES_MAX) count(shapes, shape);
  }

  /** A record that is owed no alert. */
  suppressed(reason: string): void {
    this.counts.suppressed++;
    count(this.#suppressedBy, reason);
  }

  toRecord(): TallyPart {
    const unmappedNatures = mostFrequent(this.unmappedNatures)
      .filter(([, rows]) => rows >= NATURE_ROWS_MIN)
      .slice(0, NATURES_SHOWN)
      .map(([nature, rows]) => ({ nature, count: rows }));
    const unlocatableShapes = mostFrequent(this.#unlocatableShapes)
      .slice(0, SHAPES_SHOWN)
      .map(([shape, records]) => ({ shape, count: records }));
    return {
      counts: { ...this.counts },
      byCategory: this.#byCategory,
      suppressedBy: sortedCounts(this.#suppressedBy),
      rejectedBy: sortedCounts(this.rejectedBy),
      unmappedNatures,
      unlocatableShapes,
      unmapped: { rows: this.#unmappedRows, natures: this.unmappedNatures.size },
      alertsByHour: this.#alertsByHour,
      times: this.times,
      coordinates: this.#coordinates,
      map: this.#map.toRecord(),
      span: this.#span,
    };
  }
}

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
