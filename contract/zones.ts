/** Local time from committed offset tables (contract/zone-data.ts), never from the engine's ICU. */
import { MINUTE_MS } from './time.ts';
import { ZONE_ROWS } from './zone-data.ts';

/** `offsetsMin[i]` holds from `changesMs[i - 1]` until `changesMs[i]`. */
interface ZoneTable {
  changesMs: number[];
  offsetsMin: number[];
}

const texts = new Map<string, string>();
for (const [names, text] of ZONE_ROWS) for (const name of names.split(' ')) texts.set(name, text);
const tables = new Map<string, ZoneTable>();

/** All zones that are known, by their IANA names. */
export function zoneNames(): string[] {
  return [...texts.keys()];
}

/** Whether a zone is known. */
export function isZone(zone: string): boolean {
  return texts.has(zone);
}

/** Offset of a zone's local time from UTC at a moment (UTC ms), in minutes, positive to the east. Throws a RangeError if the zone is unknown: check with `isZone`. */
export function zoneOffsetMin(zone: string, ms: number): number {
  const table = tableOf(zone);
  let low = 0;
  let high = table.changesMs.length;
  while (low < high) {
    const mid = (low + high) >>> 1;
    if (table.changesMs[mid] <= ms) low = mid + 1;
    else high = mid;
  }
  return table.offsetsMin[low];
}

/**
 * The moment, UTC ms, at which a zone's wall clock shows `localMs` (civil fields taken as UTC). `gap`: the clock skipped that time, and the moment is worked out
 * with the offset before the gap. `overlap`: that time came twice, and the moment is the earlier one. Throws a RangeError if the zone is unknown.
 */
export function localToUtc(zone: string, localMs: number): { ms: number; kind: 'ok' | 'gap' | 'overlap' } {
  const before = zoneOffsetMin(zone, localMs - 24 * 60 * MINUTE_MS);
  const after = zoneOffsetMin(zone, localMs + 24 * 60 * MINUTE_MS);
  const early = localMs - Math.max(before, after) * MINUTE_MS;
  const late = localMs - Math.min(before, after) * MINUTE_MS;
  const earlyFits = early + zoneOffsetMin(zone, early) * MINUTE_MS === localMs;
  const lateFits = late + zoneOffsetMin(zone, late) * MINUTE_MS === localMs;
  if (earlyFits && lateFits) return { ms: early, kind: early === late ? 'ok' : 'overlap' };
  if (earlyFits) return { ms: early, kind: 'ok' };
  if (lateFits) return { ms: late, kind: 'ok' };
  return { ms: localMs - before * MINUTE_MS, kind: 'gap' };
}

// --- internal ---

function tableOf(zone: string): ZoneTable {
  const known = tables.get(zone);
  if (known !== undefined) return known;
  const text = texts.get(zone);
  if (text === undefined) throw new RangeError(`unknown time zone ${JSON.stringify(zone)}`);
  const [first, ...rest] = text.split(',');
  const table: ZoneTable = { changesMs: [], offsetsMin: [Number(first)] };
  for (const part of rest) {
    const [minute, offset] = part.split(' ');
    table.changesMs.push(parseInt(minute, 36) * MINUTE_MS);
    table.offsetsMin.push(Number(offset));
  }
  tables.set(zone, table);
  return table;
}
