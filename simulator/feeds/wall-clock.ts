/** Times as an agency's own clock shows them, cut to whole seconds, and the moment at which a reader puts them. */
import { civilFromMs, MINUTE_MS, pad, SECOND_MS, type Civil } from '../../contract/time.ts';
import { localToUtc, zoneOffsetMin } from '../../contract/zones.ts';

/** A local time and the moment that a reader takes it for. */
export interface WallTime {
  civil: Civil;
  /** UTC ms by docs/reference/rules.md: a local time that came twice reads as the earlier one. */
  readMs: number;
}

/** The wall clock of `zone` at a moment (UTC ms, skew included). */
export function wallTime(zone: string, ms: number): WallTime {
  const seconds = floorToSecond(ms);
  const localMs = seconds + zoneOffsetMin(zone, seconds) * MINUTE_MS;
  return { civil: civilFromMs(localMs), readMs: localToUtc(zone, localMs).ms };
}

/** The last whole second at or before a moment, ms. */
export function floorToSecond(ms: number): number {
  return Math.floor(ms / SECOND_MS) * SECOND_MS;
}

/** `2026-06-01` */
export function dateText(c: Civil): string {
  return `${pad(c.year, 4)}-${pad(c.month, 2)}-${pad(c.day, 2)}`;
}

/** `09:05:00` */
export function timeText(c: Civil): string {
  return `${pad(c.hour, 2)}:${pad(c.minute, 2)}:${pad(c.second, 2)}`;
}

/** `06/01/2026 09:05:00 AM` */
export function meridiemText(c: Civil): string {
  const hour = c.hour % 12 === 0 ? 12 : c.hour % 12;
  const time = `${pad(hour, 2)}:${pad(c.minute, 2)}:${pad(c.second, 2)}`;
  return `${pad(c.month, 2)}/${pad(c.day, 2)}/${pad(c.year, 4)} ${time} ${c.hour < 12 ? 'AM' : 'PM'}`;
}
