/** What a replay stores as replay.json and prints with --json. Nothing in it is of a single record: counts, natures and masked places only. */
import Type, { type Static } from 'typebox';

export const REPLAY_SCHEMA = 'hundredblock.replay/1.0';

const Count = Type.Integer({ minimum: 0 });
const Counts = Type.Record(Type.String(), Count);

export const ReplayRecordSchema = Type.Object({
  schema: Type.String(),
  id: Type.String(),
  /** True where the replay was interrupted: every figure then counts what was read until then. */
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
  /** First and last time of the clock, UTC ms; null where no row was replayed. */
  span: Type.Union([Type.Object({ firstMs: Type.Integer(), lastMs: Type.Integer() }), Type.Null()]),
  counts: Type.Object({
    /** parsed + rejected. */
    rows: Count,
    parsed: Count,
    rejected: Count,
    /** Of the parsed: rows that say the same as the last row of their id, in every column watched. */
    duplicates: Count,
    /** Of the parsed: rows of a known id that say something else. */
    updates: Count,
    /** Of the updates: older than what was known, so that they changed nothing. */
    superseded: Count,
    /** Ids: parsed - duplicates - updates. */
    records: Count,
    /** Records of which some row is of a category of the preset that concerns the community. */
    eligible: Count,
    alerts: Count,
    alertUpdates: Count,
    alertCancels: Count,
    /** Sum of suppressedBy. */
    suppressed: Count,
  }),
  byCategory: Type.Record(Type.String(), Type.Object({ eligible: Count, alerts: Count })),
  /** Records by the rule that owes them no alert; a record counts again when its reason changes. */
  suppressedBy: Counts,
  rejectedBy: Counts,
  /** Natures that no rule and no ignore entry names and that two rows or more have (duplicates left out), most frequent first. */
  unmappedNatures: Type.Array(Type.Object({ nature: Type.String(), count: Count })),
  /** How many such rows, and how many differing natures, there were in all (at most 10,000 are told apart). */
  unmapped: Type.Object({ rows: Count, natures: Count }),
  /** Natures of rules that no row had, in the mapping's order, at most 100. */
  unusedNatures: Type.Array(Type.String()),
  /** What unlocatable places look like, letters as A and digits as 9, runs made one; most frequent first, at most 20. */
  unlocatableShapes: Type.Array(Type.Object({ shape: Type.String(), count: Count })),
  /** Alerts by weekday (0 Monday) and hour of the incident on the agency's wall clock. */
  alertsByHour: Type.Array(Type.Array(Count, { minItems: 24, maxItems: 24 }), { minItems: 7, maxItems: 7 }),
  /** Wall-clock times that were skipped or came twice, and rows that arrived earlier than one before them. */
  times: Type.Object({ gaps: Count, overlaps: Count, backwards: Count }),
  coordinates: Type.Object({ rows: Count, outsideBox: Count }),
  /** Cells of a coarse grid by the indices of their south-west corners, with records and alerts; only those with MAP_RECORDS_MIN records or more. */
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
