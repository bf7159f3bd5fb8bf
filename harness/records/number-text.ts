/** Numbers as text: the same on the page, in the summary and in tests, whatever the machine's locale. */
import type { Quantiles, Rate, Tail } from '../../contract/record/measures.ts';
import { civilFromMs, DAY_MS, formatIso, HOUR_MS, MINUTE_MS, pad, SECOND_MS, weekday } from '../../contract/time.ts';

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `12,345` or, with `decimals`, `12,345.60`. */
export function countText(value: number, decimals = 0): string {
  const [whole, fraction] = Math.abs(value).toFixed(decimals).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  const sign = value < 0 && Number(value.toFixed(decimals)) !== 0 ? '-' : '';
  return sign + grouped + (fraction === undefined ? '' : `.${fraction}`);
}

/** A count and its noun: `1 update`, `2 updates`. The plural takes an s unless it is given. */
export function nounText(value: number, noun: string, plural = `${noun}s`): string {
  return `${countText(value)} ${value === 1 ? noun : plural}`;
}

/** A share of 1 as a percentage with one decimal: `12.3%`. */
export function shareText(share: number): string {
  return `${countText(share * 100, 1)}%`;
}

/** Simulated or wall milliseconds in the unit a person would use: `0 s`, `850 ms`, `12.3 s`, `4.5 min`, `2.1 h`, `3.2 d`. */
export function durationText(ms: number): string {
  if (ms === 0) return '0 s';
  if (ms < SECOND_MS) return `${countText(ms)} ms`;
  if (ms < 2 * MINUTE_MS) return `${countText(ms / SECOND_MS, 1)} s`;
  if (ms < 2 * HOUR_MS) return `${countText(ms / MINUTE_MS, 1)} min`;
  if (ms < 2 * DAY_MS) return `${countText(ms / HOUR_MS, 1)} h`;
  return `${countText(ms / DAY_MS, 1)} d`;
}

/** Wall milliseconds with two or three digits: `0.42 ms`, `12.3 ms`, `850 ms`, `2.4 s`. */
export function latencyText(ms: number): string {
  if (ms < 1) return `${countText(ms, 2)} ms`;
  if (ms < 100) return `${countText(ms, 1)} ms`;
  return durationText(ms);
}

/** A quantile of milliseconds; `none` if nothing was measured, so that 0 never stands for a missing value. */
export function quantileText(q: Quantiles, which: 'p50' | 'p90' | 'p99' | 'max'): string {
  return q.count === 0 ? 'none' : durationText(q[which]);
}

/** A quantile of wall time; `none` if nothing was measured. */
export function tailText(tail: Tail, which: 'p50' | 'p90' | 'p99' | 'p999' | 'max'): string {
  return tail.count === 0 ? 'none' : latencyText(tail[which]);
}

/** `12.3%`, or `none` if n is 0. */
export function rateText(rate: Rate): string {
  return rate.value === null ? 'none' : shareText(rate.value);
}

/** `95% interval 8.1% to 18.0%, n = 120`, or `n = 0`. */
export function intervalText(rate: Rate): string {
  if (rate.low === null || rate.high === null) return `n = ${countText(rate.n)}`;
  return `95% interval ${shareText(rate.low)} to ${shareText(rate.high)}, n = ${countText(rate.n)}`;
}

/** Unix milliseconds for a name: `20260601T000000`, UTC. */
export function stampText(ms: number): string {
  return formatIso(ms).replaceAll(/[-:]/g, '').slice(0, 15);
}

/** `Mon 1 Jun 2026 00:00 UTC`. */
export function momentText(ms: number): string {
  const c = civilFromMs(ms);
  const day = `${WEEKDAYS[weekday(ms)]} ${c.day} ${MONTHS[c.month - 1]} ${c.year}`;
  return `${day} ${pad(c.hour, 2)}:${pad(c.minute, 2)} UTC`;
}
