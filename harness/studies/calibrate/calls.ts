/** Reads the calls of a published file through a replay mapping, as a calibration needs them: time, group and block. */
import { EVENT_TYPES, type Category } from '../../../contract/catalogue.ts';
import { HundredblockError } from '../../../contract/errors.ts';
import type { Mapping } from '../../../contract/mapping.ts';
import { CALLED_TYPES } from '../../../contract/scenario.ts';
import { HOUR_MS, MINUTE_MS, weekday } from '../../../contract/time.ts';
import { zoneOffsetMin } from '../../../contract/zones.ts';
import { natureTable, rowMapper } from '../../replay/map-row.ts';
import { SeenIds } from '../../replay/seen.ts';
import { openSource } from '../../replay/source.ts';
import type { HourlyCounts } from '../../../stats/weekly-profile.ts';

/** Name of the group of all calls without a category. */
export const OTHER = 'other';
/** Groups of types that a file can't tell apart: they share category and community concern. `other` holds all without a category. */
export const GROUPS: readonly string[] = [...new Set(CALLED_TYPES.map((id) => groupOfType(id)))];

/** Calls as columns, one place for each call. */
export interface CallSet {
  /** UTC ms, ascending. */
  atMs: Float64Array;
  /** Index into GROUPS. */
  group: Uint8Array;
  /** Number of the block of a call's place, counted within this set; -1 if it has none. */
  block: Int32Array;
  zone: string;
}

/** Calls with counts of the rows that they were read from. */
export interface ReadCalls extends CallSet {
  rows: number;
  rejected: number;
  /** Rows of groups that no simulated type stands for; they count as `other`. */
  unexpressed: number;
  /** Rows that no rule of the mapping names; they count as `other`. */
  unmapped: number;
}

/**
 * Reads one call for each record id, at the time of its first row. Throws HB_INPUT_COLUMN, and HB_INPUT_FILE, also for fewer than 500
 * calls.
 */
export async function readCalls(files: readonly string[], mapping: Mapping): Promise<ReadCalls> {
  const table = natureTable(mapping);
  const seen = new SeenIds();
  const calls: { atMs: number; group: number; block: number }[] = [];
  const blocks = new Map<string, number>();
  const counts = { rows: 0, rejected: 0, unexpressed: 0, unmapped: 0 };
  for (const [index, path] of files.entries()) {
    const source = await openSource(path, mapping, () => {});
    const map = rowMapper(mapping, source.columns, 0, new Set());
    for await (const item of source.rows) {
      counts.rows += 1;
      const row = 'reject' in item ? null : map(item.raw, index, counts.rows);
      if (row === null || 'reject' in row) {
        counts.rejected += 1;
        continue;
      }
      if (seen.get(row.idHash) !== null) continue;
      seen.set(row.idHash, { content: 0, mark: 0, file: index });
      if (row.unmapped !== null) counts.unmapped += 1;
      const rule = Object.hasOwn(table, row.nature) ? table[row.nature] : null;
      const wanted = rule === null || rule.category === null ? OTHER : groupName(rule.category, rule.community);
      const group = GROUPS.indexOf(wanted);
      if (group < 0) counts.unexpressed += 1;
      const block = blockText(row.place);
      if (block !== '' && !blocks.has(block)) blocks.set(block, blocks.size);
      calls.push({
        atMs: row.incidentMs,
        group: group < 0 ? GROUPS.indexOf(OTHER) : group,
        block: blocks.get(block) ?? -1,
      });
    }
  }
  if (calls.length < CALLS_MIN)
    throw new HundredblockError(
      'HB_INPUT_FILE',
      `calibrate: expected at least ${CALLS_MIN} calls, found ${calls.length} in ${counts.rows} rows`,
    );
  return { ...callSet(calls, mapping.zone), ...counts };
}

/** Sorts calls by time into a set. */
export function callSet(calls: { atMs: number; group: number; block: number }[], zone: string): CallSet {
  const sorted = calls.toSorted((a, b) => a.atMs - b.atMs);
  return {
    atMs: Float64Array.from(sorted, (c) => c.atMs),
    group: Uint8Array.from(sorted, (c) => c.group),
    block: Int32Array.from(sorted, (c) => c.block),
    zone,
  };
}

/** The group of an event type's calls. */
export function groupOfType(id: string): string {
  const type = EVENT_TYPES.find((t) => t.id === id);
  return type === undefined || type.category === null ? OTHER : groupName(type.category, type.community);
}

/** Number of calls by group. */
export function groupCounts(set: CallSet): number[] {
  const counts = GROUPS.map(() => 0);
  for (const group of set.group) counts[group] += 1;
  return counts;
}

/** Calls of each whole hour from that of the first call to that of the last. */
export function hourlyCounts({ atMs, zone }: CallSet): HourlyCounts {
  const fromMs = Math.floor(atMs[0] / HOUR_MS) * HOUR_MS;
  const hours = Math.floor((atMs[atMs.length - 1] - fromMs) / HOUR_MS) + 1;
  const counts = new Uint32Array(hours);
  for (const ms of atMs) counts[Math.floor((ms - fromMs) / HOUR_MS)] += 1;
  return { fromMs, counts, hourOfWeek: Uint8Array.from(counts, (_, i) => hourOfWeek(fromMs + i * HOUR_MS, zone)) };
}

/** Hour of the week, 0 to 167 from Monday midnight, in the zone. */
export function hourOfWeek(atMs: number, zone: string): number {
  const localMs = atMs + zoneOffsetMin(zone, atMs) * MINUTE_MS;
  return 24 * weekday(localMs) + (((Math.floor(localMs / HOUR_MS) % 24) + 24) % 24);
}

// --- internal ---

/** With fewer calls a profile by hour and weekday would mean nothing. */
const CALLS_MIN = 500;

function groupName(category: Category, community: boolean): string {
  return community ? category : `${category}, of no concern to the community`;
}

/** The hundred-block of a place: the house number is rounded down, all other text is kept. */
function blockText(place: string): string {
  return place.replace(/^(\d+)(?=\D|$)/, (number) => String(100 * Math.floor(Number(number) / 100))).toUpperCase();
}
