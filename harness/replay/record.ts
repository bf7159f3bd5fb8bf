/** The record that a replay stores as replay.json and prints with --json. It holds counts, natures and masked places, and nothing about a single call. */
import Type, { type Static } from 'typebox';

export const REPLAY_SCHEMA = 'hundredblock.replay/1.0';

const Count = Type.Integer({ minimum: 0 });
const Counts = Type.Record(Type.String(), Count);

/** Times are UTC ms unless a field says otherwise. */
export const ReplayRecordSchema = Type.Object({
  schema: Type.String(),
  id: Type.String(),
  /** True if the replay was interrupted: every number then counts what was read until then. */
  partial: Type.Boolean(),
  command: Type.String(),
  code: Type.Object({ version: Type.String(), node: Type.String() }),
  startedAt: Type.String(),
  mapping: Type.Object({
    name: Type.String(),
    agency: Type.String(),
    zone: Type.String(),
    clock: Type.String(),
    order: Type.String(),
    sha256: Type.String(),
  }),
  preset: Type.String(),
  delayMs: Count,
  files: Type.Array(Type.Object({ name: Type.String(), bytes: Count, rows: Count, parsed: Count, rejected: Count })),
  /** First and last time of the clock, UTC ms; null if no row was replayed. */
  span: Type.Union([Type.Object({ firstMs: Type.Integer(), lastMs: Type.Integer() }), Type.Null()]),
  counts: Type.Object({
    /** The sum of parsed and rejected. */
    rows: Count,
    parsed: Count,
    rejected: Count,
    /** Parsed rows that equal the last row of their id in every column whose changes count. */
    duplicates: Count,
    /** Parsed rows of a known id that differ from its last row. */
    updates: Count,
    /** Updates that were older than what was known, so that they changed nothing. */
    superseded: Count,
    /** Different ids: parsed - duplicates - updates. */
    records: Count,
    /** Records with at least one row whose category is in the preset and concerns the community. */
    eligible: Count,
    alerts: Count,
    alertUpdates: Count,
    alertCancels: Count,
    /** The sum of suppressedBy. */
    suppressed: Count,
  }),
  byCategory: Type.Record(Type.String(), Type.Object({ eligible: Count, alerts: Count })),
  /** Records by the rule that owes them no alert; a record counts again when its reason changes. */
  suppressedBy: Counts,
  rejectedBy: Counts,
  /** Natures that no rule and no ignore entry names and that two rows or more have (duplicates left out), most frequent first. */
  unmappedNatures: Type.Array(Type.Object({ nature: Type.String(), count: Count })),
  /** All rows whose nature nothing names, and the number of their different natures (at most 10,000 are told apart). */
  unmapped: Type.Object({ rows: Count, natures: Count }),
  /** Natures of rules that no row had, in the mapping's order, at most 100. */
  unusedNatures: Type.Array(Type.String()),
  /** Shapes of unlocatable places: letters as A, digits as 9, repetitions as one; the 20 most frequent, most frequent first. */
  unlocatableShapes: Type.Array(Type.Object({ shape: Type.String(), count: Count })),
  /** Alerts by weekday (0 Monday) and hour of the incident on the agency's wall clock. */
  alertsByHour: Type.Array(Type.Array(Count, { minItems: 24, maxItems: 24 }), { minItems: 7, maxItems: 7 }),
  /** Wall-clock times that were skipped or came twice, and rows that arrived earlier than one before them. */
  times: Type.Object({ gaps: Count, overlaps: Count, backwards: Count }),
  coordinates: Type.Object({ rows: Count, outsideBox: Count }),
  /** Cells of a coarse grid by the indices of their south-west corners, with records and alerts; only those with at least `recordsMin` records. */
  map: Type.Object({
    cellDegrees: Type.Number(),
    recordsMin: Count,
    cells: Type.Array(Type.Object({ south: Type.Integer(), west: Type.Integer(), records: Count, alerts: Count })),
    alertsNotShown: Count,
  }),
  warnings: Type.Array(Type.String()),
  wallMs: Type.Number(),
  rowsPerSecond: Type.Number(),
  maxRssMiB: Type.Number(),
});
export type ReplayRecord = Static<typeof ReplayRecordSchema>;
