/** Times as the dialects write them, to UTC ms; null where one can't be read. */
import { civilToMs, isCivil, MINUTE_MS, parseIso } from '../../../contract/time.ts';
import { localToUtc } from '../../../contract/zones.ts';

/** ISO 8601 with an offset. */
export function offsetMoment(text: string): number | null {
  const parsed = parseIso(text);
  return parsed === null || parsed.offsetMin === null ? null : civilToMs(parsed.civil) - parsed.offsetMin * MINUTE_MS;
}

/** ISO 8601 that ends in `Z`. */
export function zuluMoment(text: string): number | null {
  return text.endsWith('Z') ? offsetMoment(text) : null;
}

/** ISO 8601 without an offset: the wall clock of `zone`. */
export function localMoment(text: string, zone: string): number | null {
  const parsed = parseIso(text);
  return parsed === null || parsed.offsetMin !== null ? null : localToUtc(zone, civilToMs(parsed.civil)).ms;
}

const US_CLOCK = /^(\d{2})\/(\d{2})\/(\d{4}) (\d{2}):(\d{2}):(\d{2}) (AM|PM)$/;

/** `06/01/2026 09:05:00 AM`, the wall clock of `zone`. */
export function usMoment(text: string, zone: string): number | null {
  const m = US_CLOCK.exec(text);
  if (m === null) return null;
  const hour12 = Number(m[4]);
  if (hour12 < 1 || hour12 > 12) return null;
  const civil = {
    year: Number(m[3]),
    month: Number(m[1]),
    day: Number(m[2]),
    hour: (hour12 % 12) + (m[7] === 'PM' ? 12 : 0),
    minute: Number(m[5]),
    second: Number(m[6]),
    millisecond: 0,
  };
  return isCivil(civil) ? localToUtc(zone, civilToMs(civil)).ms : null;
}
