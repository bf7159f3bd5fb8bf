/**
 * Civil time without `Date`: integer arithmetic on milliseconds since 1970-01-01T00:00:00Z.
 * The day algorithms are the proleptic Gregorian ones of H. Hinnant, "chrono-compatible low-level date algorithms".
 */

export const SECOND_MS = 1000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** A civil date and time. */
export interface Civil {
  year: number;
  /** 1 to 12. */
  month: number;
  /** From 1. */
  day: number;
  hour: number;
  minute: number;
  second: number;
  millisecond: number;
}

/** Days from 1970-01-01 to a civil date; month 1 to 12, day 1 to 31 (not checked). */
export function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yoe = y - era * 400;
  const doy = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const doe = yoe * 365 + Math.floor(yoe / 4) - Math.floor(yoe / 100) + doy;
  return era * 146_097 + doe - 719_468;
}

/** Milliseconds from 1970 to a civil time that is taken as UTC; month 1 to 12, day from 1 (not checked). */
export function utcMs(year: number, month: number, day: number, hour = 0, minute = 0): number {
  return daysFromCivil(year, month, day) * DAY_MS + hour * HOUR_MS + minute * MINUTE_MS;
}

/** The civil time in UTC at `ms` milliseconds from 1970. For local time, add the zone's offset first. */
export function civilFromMs(ms: number): Civil {
  const days = Math.floor(ms / DAY_MS);
  let rest = ms - days * DAY_MS;
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const doe = z - era * 146_097;
  const yoe = Math.floor((doe - Math.floor(doe / 1460) + Math.floor(doe / 36_524) - Math.floor(doe / 146_096)) / 365);
  const doy = doe - (365 * yoe + Math.floor(yoe / 4) - Math.floor(yoe / 100));
  const mp = Math.floor((5 * doy + 2) / 153);
  const day = doy - Math.floor((153 * mp + 2) / 5) + 1;
  const month = mp < 10 ? mp + 3 : mp - 9;
  const hour = Math.floor(rest / HOUR_MS);
  rest -= hour * HOUR_MS;
  const minute = Math.floor(rest / MINUTE_MS);
  rest -= minute * MINUTE_MS;
  const second = Math.floor(rest / SECOND_MS);
  return {
    year: yoe + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day,
    hour,
    minute,
    second,
    millisecond: rest - second * SECOND_MS,
  };
}

/** Number of days in a month of the proleptic Gregorian calendar; month 1 to 12. */
export function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Whether the fields name a moment that exists: hour 0 to 23, minute and second 0 to 59, a real day of the month. Milliseconds are not checked. */
export function isCivil(c: Civil): boolean {
  return (
    c.month >= 1 &&
    c.month <= 12 &&
    c.day >= 1 &&
    c.day <= daysInMonth(c.year, c.month) &&
    c.hour >= 0 &&
    c.hour <= 23 &&
    c.minute >= 0 &&
    c.minute <= 59 &&
    c.second >= 0 &&
    c.second <= 59
  );
}

/** Weekday in UTC at `ms` milliseconds from 1970: 0 is Monday, 6 is Sunday. */
export function weekday(ms: number): number {
  return (((Math.floor(ms / DAY_MS) + 3) % 7) + 7) % 7;
}

/** A number as text, with zeros in front up to `width` characters. */
export function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

/** The ISO 8601 text of a time in ms: `2026-06-01T09:05:00Z`, or with `offsetMin` `2026-06-01T04:05:00-05:00`. It has milliseconds only if `withMs`. */
export function formatIso(ms: number, offsetMin = 0, withMs = false): string {
  const c = civilFromMs(ms + offsetMin * MINUTE_MS);
  const fraction = withMs ? `.${pad(c.millisecond, 3)}` : '';
  const sign = offsetMin < 0 ? '-' : '+';
  const abs = Math.abs(offsetMin);
  const zone = offsetMin === 0 ? 'Z' : `${sign}${pad(Math.floor(abs / 60), 2)}:${pad(abs % 60, 2)}`;
  return `${pad(c.year, 4)}-${pad(c.month, 2)}-${pad(c.day, 2)}T${pad(c.hour, 2)}:${pad(c.minute, 2)}:${pad(c.second, 2)}${fraction}${zone}`;
}

const ISO = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:?\d{2})?$/;

/**
 * The civil fields of an ISO 8601 text, with milliseconds truncated, and its offset in minutes (null if it has none); null if the text is not ISO 8601 or names no
 * moment that exists.
 */
export function parseIso(text: string): { civil: Civil; offsetMin: number | null } | null {
  const m = ISO.exec(text);
  if (m === null) return null;
  const civil: Civil = {
    year: Number(m[1]),
    month: Number(m[2]),
    day: Number(m[3]),
    hour: Number(m[4]),
    minute: Number(m[5]),
    second: Number(m[6] ?? 0),
    millisecond: Number((m[7] ?? '').padEnd(3, '0').slice(0, 3)),
  };
  if (!isCivil(civil)) return null;
  const zone = m[8];
  if (zone === undefined) return { civil, offsetMin: null };
  if (zone === 'Z') return { civil, offsetMin: 0 };
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(-2));
  if (hours > 18 || minutes > 59) return null;
  return { civil, offsetMin: (zone[0] === '-' ? -1 : 1) * (hours * 60 + minutes) };
}

/** Milliseconds from 1970 to civil fields that are taken as UTC. */
export function civilToMs(civil: Civil): number {
  const { year, month, day, hour, minute, second, millisecond } = civil;
  return utcMs(year, month, day, hour, minute) + second * SECOND_MS + millisecond;
}
