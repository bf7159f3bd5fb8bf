/** Reads a time as agencies write it: by a named format or a pattern of tokens, in the agency's zone. */
import { MINUTE_MS, civilToMs, isCivil, parseIso, utcMs, type Civil } from '../../contract/time.ts';
import { localToUtc } from '../../contract/zones.ts';

export const NAMED_FORMATS = ['iso', 'epoch-s', 'epoch-ms', 'epoch-s-local', 'epoch-ms-local'] as const;

/** A time that was read. */
export interface Moment {
  /** UTC ms. */
  ms: number;
  /** Whether the wall clock had that time once (`ok`), never (`gap`) or twice (`overlap`); always `ok` if the offset is known. */
  kind: 'ok' | 'gap' | 'overlap';
}

/** Reads a text, in which spaces at its ends and repeated spaces don't count; null if it is no such time, or lies outside 2000 to 2040, the zone tables' years. */
export type TimeReader = (text: string) => Moment | null;

/**
 * A reader that tries each format in order. Times without an offset are on the wall clock of `zone`; with `ignoreOffset` so are those with one. Throws a
 * RangeError that says what was expected if a pattern can't be read.
 */
export function timeReader(formats: readonly string[], zone: string, ignoreOffset: boolean): TimeReader {
  const readers = formats.map((f) => formatReader(f));
  return (text) => {
    const tidy = text.trim().replace(/\s+/g, ' ');
    for (const read of readers) {
      const found = read(tidy);
      if (found === null) continue;
      const moment: Moment =
        found.offsetMin === null || (ignoreOffset && found.offsetMin !== 'epoch')
          ? localToUtc(zone, found.ms)
          : { ms: found.offsetMin === 'epoch' ? found.ms : found.ms - found.offsetMin * MINUTE_MS, kind: 'ok' };
      if (moment.ms >= MOMENT_MIN_MS && moment.ms < MOMENT_MAX_MS) return moment;
    }
    return null;
  };
}

// --- internal ---

/** The zone tables cover 2000 to 2040; a row with another date is a mistake of its file. */
const MOMENT_MIN_MS = utcMs(2000, 1, 1);
const MOMENT_MAX_MS = utcMs(2041, 1, 1);

/** Civil fields taken as UTC, in ms, and their offset: minutes, null if none was written, or `epoch` if `ms` counts from 1970. */
type Found = { ms: number; offsetMin: number | null | 'epoch' };
type Reader = (text: string) => Found | null;

function formatReader(format: string): Reader {
  switch (format) {
    case 'iso':
      return readIso;
    case 'epoch-s':
      return (text) => readEpoch(text, 1000, 'epoch');
    case 'epoch-ms':
      return (text) => readEpoch(text, 1, 'epoch');
    case 'epoch-s-local':
      return (text) => readEpoch(text, 1000, null);
    case 'epoch-ms-local':
      return (text) => readEpoch(text, 1, null);
    default:
      return patternReader(format);
  }
}

/** ISO 8601, also with a one-piece offset of hours (+02), a lower-case t or z, a space before the offset, or a date alone (midnight). */
function readIso(text: string): Found | null {
  const tidy = text
    .toUpperCase()
    .replace(/^(\d{4}-\d\d-\d\d)$/, '$1T00:00')
    .replace(/ (?=(?:Z|[+-]\d\d:?\d\d|[+-]\d\d)$)/, '')
    .replace(/(:\d\d(?:\.\d+)?[+-]\d\d)$/, '$1:00');
  const iso = parseIso(tidy);
  return iso === null ? null : { ms: civilToMs(iso.civil), offsetMin: iso.offsetMin };
}

function readEpoch(text: string, unitMs: number, offsetMin: null | 'epoch'): Found | null {
  if (!/^-?\d{1,16}(?:\.\d+)?$/.test(text)) return null;
  return { ms: Math.floor(Number(text) * unitMs), offsetMin };
}

type Field =
  | 'year'
  | 'year2'
  | 'month'
  | 'monthName'
  | 'day'
  | 'hour'
  | 'hour12'
  | 'minute'
  | 'second'
  | 'fraction'
  | 'half'
  | 'offset'
  | 'skip';

interface Token {
  field: Field;
  /** Source of a regular expression for its text. `fixed` is used if another token stands right beside it, so that its width must be known. */
  source: string;
  fixed: string;
}

const DIGITS: Token['source'] = '\\d{1,2}';
const TWO = '\\d{2}';
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];

const TOKENS: Readonly<Record<string, Token>> = {
  YYYY: { field: 'year', source: '\\d{4}', fixed: '\\d{4}' },
  yyyy: { field: 'year', source: '\\d{4}', fixed: '\\d{4}' },
  YY: { field: 'year2', source: TWO, fixed: TWO },
  yy: { field: 'year2', source: TWO, fixed: TWO },
  MMMM: { field: 'monthName', source: '[A-Za-z]{3,9}\\.?', fixed: '[A-Za-z]{3,9}\\.?' },
  MMM: { field: 'monthName', source: '[A-Za-z]{3,9}\\.?', fixed: '[A-Za-z]{3,9}\\.?' },
  MM: { field: 'month', source: DIGITS, fixed: TWO },
  M: { field: 'month', source: DIGITS, fixed: DIGITS },
  DD: { field: 'day', source: DIGITS, fixed: TWO },
  D: { field: 'day', source: DIGITS, fixed: DIGITS },
  dddd: { field: 'skip', source: '[A-Za-z]{2,9}\\.?', fixed: '[A-Za-z]{2,9}\\.?' },
  ddd: { field: 'skip', source: '[A-Za-z]{2,9}\\.?', fixed: '[A-Za-z]{2,9}\\.?' },
  dd: { field: 'day', source: DIGITS, fixed: TWO },
  d: { field: 'day', source: DIGITS, fixed: DIGITS },
  HH: { field: 'hour', source: DIGITS, fixed: TWO },
  H: { field: 'hour', source: DIGITS, fixed: DIGITS },
  hh: { field: 'hour12', source: DIGITS, fixed: TWO },
  h: { field: 'hour12', source: DIGITS, fixed: DIGITS },
  mm: { field: 'minute', source: DIGITS, fixed: TWO },
  m: { field: 'minute', source: DIGITS, fixed: DIGITS },
  ss: { field: 'second', source: DIGITS, fixed: TWO },
  s: { field: 'second', source: DIGITS, fixed: DIGITS },
  SS: { field: 'second', source: DIGITS, fixed: TWO },
  fff: { field: 'fraction', source: '\\d{1,9}', fixed: '\\d{3}' },
  SSS: { field: 'fraction', source: '\\d{1,9}', fixed: '\\d{3}' },
  A: { field: 'half', source: '[AaPp]\\.?[Mm]?\\.?', fixed: '[AaPp]\\.?[Mm]?\\.?' },
  a: { field: 'half', source: '[AaPp]\\.?[Mm]?\\.?', fixed: '[AaPp]\\.?[Mm]?\\.?' },
  tt: { field: 'half', source: '[AaPp]\\.?[Mm]?\\.?', fixed: '[AaPp]\\.?[Mm]?\\.?' },
  Z: { field: 'offset', source: '[Zz]|UTC|GMT|[+-]\\d{2}(?::?\\d{2})?', fixed: '[Zz]|UTC|GMT|[+-]\\d{2}(?::?\\d{2})?' },
  '*': { field: 'skip', source: '\\S*', fixed: '\\S*' },
};

type Piece = { token: Token } | { literal: string };

/** Splits a pattern into tokens and literal text. After an hour and a colon, MM is minutes: `H:MM:SS` is written as often as `H:mm:ss`. */
function piecesOf(pattern: string): Piece[] {
  const tidy = pattern.trim().replace(/\s+/g, ' ');
  const pieces: Piece[] = [];
  let at = 0;
  while (at < tidy.length) {
    if (tidy[at] === '[') {
      const end = tidy.indexOf(']', at);
      if (end < 0) throw new RangeError('a ] to close [');
      pieces.push({ literal: tidy.slice(at + 1, end) });
      at = end + 1;
      continue;
    }
    const run = /^(?:([A-Za-z])\1*|\*)/.exec(tidy.slice(at))?.[0];
    if (run === undefined || run === 'T') {
      pieces.push({ literal: tidy[at] });
      at++;
      continue;
    }
    const afterColon = at > 0 && tidy[at - 1] === ':';
    const before = pieces.at(-2);
    const minutes =
      (run === 'MM' || run === 'M') &&
      afterColon &&
      before !== undefined &&
      'token' in before &&
      before.token.field.startsWith('hour');
    const fraction = /^(?:S+|f+)$/.test(run) && (tidy[at - 1] === '.' || tidy[at - 1] === ',');
    const token = minutes
      ? TOKENS['mm']
      : fraction
        ? TOKENS['fff']
        : Object.hasOwn(TOKENS, run)
          ? TOKENS[run]
          : undefined;
    if (token === undefined)
      throw new RangeError(`a token in place of ${JSON.stringify(run)}, of: ${Object.keys(TOKENS).join(' ')}`);
    pieces.push({ token });
    at += run.length;
  }
  return pieces;
}

function patternReader(pattern: string): Reader {
  const pieces = piecesOf(pattern);
  const fields = pieces.flatMap((p) => ('token' in p ? [p.token.field] : []));
  const repeated = fields.find((f, i) => f !== 'skip' && fields.indexOf(f) !== i);
  if (repeated !== undefined) throw new RangeError(`one ${repeated}, not two,`);
  const has = (...names: Field[]) => names.some((n) => fields.includes(n));
  if (!has('year', 'year2') || !has('month', 'monthName') || !has('day'))
    throw new RangeError('a year, a month and a day');
  if (has('hour12') && !has('half')) throw new RangeError('A (AM or PM) beside h, or H for 24 hours,');
  const regex = new RegExp(`^${pieces.map((p, i) => pieceSource(pieces, p, i)).join('')}$`);
  return (text) => {
    const match = regex.exec(text);
    return match === null ? null : fieldsToFound(fields, match.slice(1));
  };
}

function pieceSource(pieces: readonly Piece[], piece: Piece, i: number): string {
  if ('literal' in piece) return piece.literal.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  const beside = [pieces[i - 1], pieces[i + 1]].some((p) => p !== undefined && 'token' in p);
  return `(${beside ? piece.token.fixed : piece.token.source})`;
}

function fieldsToFound(fields: readonly Field[], texts: readonly string[]): Found | null {
  const civil: Civil = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0, millisecond: 0 };
  let offsetMin: number | null = null;
  let half: 'A' | 'P' | null = null;
  let twelve = false;
  for (const [i, field] of fields.entries()) {
    const text = texts[i];
    switch (field) {
      case 'year2':
        civil.year = 2000 + Number(text);
        break;
      case 'monthName':
        civil.month = MONTHS.indexOf(text.slice(0, 3).toUpperCase()) + 1;
        break;
      case 'hour12':
        civil.hour = Number(text);
        twelve = true;
        break;
      case 'fraction':
        civil.millisecond = Number(text.padEnd(3, '0').slice(0, 3));
        break;
      case 'half':
        half = text[0].toUpperCase() === 'P' ? 'P' : 'A';
        break;
      case 'offset':
        offsetMin = offsetOf(text);
        break;
      case 'skip':
        break;
      default:
        civil[field] = Number(text);
    }
  }
  // Some exports write 00:15 AM, or 13:15 PM on a 24-hour clock: AM and PM only move an hour that they can move.
  if (twelve && civil.hour > 12) return null;
  if (half === 'P' && civil.hour < 12) civil.hour += 12;
  else if (half === 'A' && civil.hour === 12) civil.hour = 0;
  return isCivil(civil) ? { ms: civilToMs(civil), offsetMin } : null;
}

function offsetOf(text: string): number {
  if (!/^[+-]/.test(text)) return 0;
  const minutes = Number(text.slice(1, 3)) * 60 + (text.length > 3 ? Number(text.slice(-2)) : 0);
  return text[0] === '-' ? -minutes : minutes;
}
