/**
 * A command's flags as data, one line each. The parser, the help pages and docs/reference/commands.md all read them, so that a
 * flag's placeholder, type, bounds and default are written once.
 */
import { HundredblockError } from '../../contract/errors.ts';
import { didYouMean } from '../../contract/nearest.ts';

/** `T`: type of the value that the action receives. */
export interface Flag<T> {
  /** A `switch` takes no value. A `value` takes one, and the last one given wins. A `list` may be given many times. */
  kind: 'switch' | 'value' | 'list';
  /** Stands for the value on help pages, such as N or DIR; empty for a switch. */
  placeholder: string;
  help: string;
  /** The values that it takes, for help pages: `text`, or `whole number from 1 to 256`. */
  type: string;
  /** The default in words; null if there is none. */
  default: string | null;
  required: boolean;
  /** Belongs into the command that repeats a run. Never true for a key: a record is for others to read. */
  repeats: boolean;
  /** The value of the texts given, in order; none were given if `texts` is empty. Throws HB_OPTION_VALUE. */
  read(name: string, texts: readonly string[]): T;
}

/** Flags by name, without their dashes. */
export type Flags = Readonly<Record<string, Flag<unknown>>>;

/** The value of each flag. */
export type Values<F extends Flags> = { readonly [Name in keyof F]: F[Name] extends Flag<infer T> ? T : never };

interface ValueOptions {
  /** Used if the flag is not given, written as on the command line. */
  default?: string | number;
  /** The default in words, for one that only the action can work out. */
  otherwise?: string;
  required?: true;
  repeats?: true;
}

/** A flag that is neither required nor has a default may be undefined. */
type Read<T, O> = O extends { default: string | number } | { required: true } ? T : T | undefined;

/** A switch: true if it is given. */
export function flag(help: string, { repeats = false } = {}): Flag<boolean> {
  const rest = { placeholder: '', type: 'switch', default: null, required: false };
  return { kind: 'switch', help, repeats, ...rest, read: (_name, texts) => texts.length > 0 };
}

/** Any text. */
export function text<const O extends ValueOptions>(
  placeholder: string,
  help: string,
  options: O = {} as O,
): Flag<Read<string, O>> {
  return value<string, O>(placeholder, help, { ...options, expected: 'a text', parse: (given) => given });
}

/** Texts in the order given; none if there are none. */
export function list(placeholder: string, help: string, { repeats = false } = {}): Flag<string[]> {
  const rest = { type: 'list', default: null, required: false };
  return { kind: 'list', placeholder, help, repeats, ...rest, read: (_name, texts) => [...texts] };
}

/** A whole number from `min` to `max`, both included. */
export function integer<const O extends ValueOptions & { min: number; max?: number }>(
  placeholder: string,
  help: string,
  options: O,
): Flag<Read<number, O>> {
  const { min, max = Number.MAX_SAFE_INTEGER } = options;
  const expected = `a whole number from ${min} to ${max === Number.MAX_SAFE_INTEGER ? '2^53 - 1' : max}`;
  const fits = (found: number): boolean => Number.isSafeInteger(found) && found >= min && found <= max;
  return number(placeholder, help, { ...options, expected, fits });
}

/** A number in decimal notation, within bounds if `fits` says so; `expected` names them. */
export function number<const O extends ValueOptions & { expected?: string; fits?: (found: number) => boolean }>(
  placeholder: string,
  help: string,
  options: O = {} as O,
): Flag<Read<number, O>> {
  const { expected = 'a number', fits = () => true } = options;
  const parse = (given: string): number | undefined => {
    const found = decimal(given);
    return found !== undefined && fits(found) ? found : undefined;
  };
  return value<number, O>(placeholder, help, { ...options, expected, parse });
}

/** A length of time such as 90s, 15m or 1.5h, from `minMs` to `maxMs`; the value is in milliseconds. */
export function duration<const O extends ValueOptions & { minMs?: number; maxMs?: number }>(
  placeholder: string,
  help: string,
  options: O = {} as O,
): Flag<Read<number, O>> {
  const { minMs = 0, maxMs = DURATION_MS_MAX } = options;
  const bounds = maxMs === DURATION_MS_MAX ? 'of at most 31 days' : `from ${minMs / 1000}s to ${maxMs / 60_000}m`;
  const expected = `a time ${bounds} ${DURATION_EXAMPLES}`;
  const parse = (given: string): number | undefined => {
    const ms = milliseconds(given);
    return ms !== undefined && ms >= minMs && ms <= maxMs ? ms : undefined;
  };
  return value<number, O>(placeholder, help, { ...options, expected, type: `time ${bounds}`, parse });
}

/** One of a few words. */
export function choice<const W extends string, const O extends ValueOptions>(
  words: readonly W[],
  help: string,
  options: O = {} as O,
): Flag<Read<W, O>> {
  const expected = `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
  const parse = (given: string): W | undefined => words.find((word) => word === given);
  return value<W, O>(words.join('|'), help, { ...options, expected, type: 'word', parse, words });
}

interface Shape<T> {
  /** The values that it takes, in words that can follow "expected". */
  expected: string;
  /** For help pages; left out, it is `expected` without its article. */
  type?: string;
  /** Undefined if the text is not such a value. */
  parse: (given: string) => T | undefined;
  /** Valid words, of which an error names the nearest. */
  words?: readonly string[];
}

/** A value of any other shape. */
export function value<T, const O extends ValueOptions>(
  placeholder: string,
  help: string,
  options: O & Shape<T>,
): Flag<Read<T, O>> {
  const { expected, type = expected.replace(/^an? /, ''), parse, words, required = false, repeats = false } = options;
  const standard = options.default === undefined ? undefined : String(options.default);
  const read = (name: string, texts: readonly string[]): T | undefined => {
    const given = texts.at(-1) ?? standard;
    if (given === undefined) return undefined;
    const found = parse(given);
    if (found !== undefined) return found;
    throw wrongValue(name, expected, given, words === undefined ? '' : didYouMean(given, words));
  };
  const shown = { default: standard ?? options.otherwise ?? null, required, repeats };
  return { kind: 'value', placeholder, help, type, ...shown, read: read as Flag<Read<T, O>>['read'] };
}

/** HB_OPTION_VALUE that names the flag, what was expected and what was found. */
export function wrongValue(name: string, expected: string, found: string, hint = ''): HundredblockError {
  const shown = decimal(found) === undefined ? JSON.stringify(found) : found;
  return new HundredblockError('HB_OPTION_VALUE', `--${name}: expected ${expected}, found ${shown}${hint}`);
}

/** The milliseconds of a text such as `90s`, `15m` or `1.5h`. Throws HB_OPTION_VALUE. */
export function durationMs(name: string, given: string): number {
  const ms = milliseconds(given);
  if (ms !== undefined && ms <= DURATION_MS_MAX) return ms;
  throw wrongValue(name, `a time of at most 31 days ${DURATION_EXAMPLES}`, given);
}

// --- internal ---

const DURATION_UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DURATION_MS_MAX = 31 * 86_400_000;
const DURATION_EXAMPLES = 'such as 90s, 15m or 1h';

/** The number of a text in decimal notation; undefined for any other text, such as NaN, 0x10 or 1,5. */
function decimal(given: string): number | undefined {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(given) ? Number(given) : undefined;
}

function milliseconds(given: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(given);
  return match === null ? undefined : Math.round(Number(match[1]) * DURATION_UNITS_MS[match[2]]);
}
