/** Command-line arguments against a command's spec: strict, so that a misspelt option is refused instead of ignored. */
import { HundredblockError } from '../../contract/errors.ts';
import { nearest } from '../options/nearest.ts';
import type { CommandSpec } from './spec.ts';

export interface Args {
  help: boolean;
  positionals: string[];
  switches: Set<string>;
  /** Each given flag's values in order. */
  values: Map<string, string[]>;
}

/**
 * Parses what follows the command's name. `--name value`, `--name=value`; what follows a flag that takes a value is its value, even
 * where it starts with one dash (`--seed -5`, so that the error speaks of the seed); after `--` all is positional. Throws HB_USAGE.
 */
export function parseArgs(spec: CommandSpec, argv: readonly string[]): Args {
  const args: Args = { help: false, positionals: [], switches: new Set(), values: new Map() };
  const names = [...Object.keys(spec.flags), 'help'];
  for (let i = 0; i < argv.length; i++) {
    const arg = argv[i];
    if (arg === '--') {
      args.positionals.push(...argv.slice(i + 1));
      break;
    }
    if (arg === '--help' || arg === '-h') {
      args.help = true;
      continue;
    }
    if (!arg.startsWith('-') || arg === '-') {
      args.positionals.push(arg);
      continue;
    }
    const equals = arg.indexOf('=');
    const given = equals < 0 ? arg : arg.slice(0, equals);
    const name = given.replace(/^--?/, '');
    const flag = given.startsWith('--') && Object.hasOwn(spec.flags, name) ? spec.flags[name] : undefined;
    if (flag === undefined)
      throw usage(`unknown option ${given} of ${spec.name}, did you mean --${nearest(name, names)}?`);
    if (flag.kind === 'switch') {
      if (equals >= 0) throw usage(`${given}: expected no value, found ${JSON.stringify(arg.slice(equals + 1))}`);
      args.switches.add(name);
      continue;
    }
    const value = equals >= 0 ? arg.slice(equals + 1) : argv[++i];
    if (value === undefined || value.startsWith('--'))
      throw usage(`${given}: expected a value (${flag.value}), found ${value ?? 'nothing'}`);
    args.values.set(name, [...(args.values.get(name) ?? []), value]);
  }
  const { min, max } = spec.positionals;
  const { length } = args.positionals;
  if (!args.help && (length < min || length > max)) {
    const expected = min === max ? String(min) : `${min} to ${max}`;
    throw usage(
      `${spec.name} ${spec.usage}: expected ${expected} argument${expected === '1' ? '' : 's'}, found ${length}`,
    );
  }
  return args;
}

/** The last value given for a flag, or undefined. */
export function valueOf(args: Args, name: string): string | undefined {
  return args.values.get(name)?.at(-1);
}

/** The number given for a flag in decimal notation, or undefined where it is not given. Throws HB_OPTION_VALUE for any other text. */
export function decimal(args: Args, name: string): number | undefined {
  const text = valueOf(args, name);
  if (text === undefined) return undefined;
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return Number(text);
  throw new HundredblockError('HB_OPTION_VALUE', `--${name}: expected a number, found ${JSON.stringify(text)}`);
}

/** The whole number given for a flag, or `fallback` where it is not given. Throws HB_OPTION_VALUE outside [min, max]. */
export function wholeNumber(args: Args, name: string, min: number, max: number, fallback: number): number {
  const value = decimal(args, name) ?? fallback;
  if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
  throw new HundredblockError(
    'HB_OPTION_VALUE',
    `--${name}: expected a whole number from ${min} to ${max}, found ${value}`,
  );
}

const DURATION_UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DURATION_MS_MAX = 31 * 86_400_000;

/** A length of time such as `90s`, `15m`, `1.5h`, in milliseconds. Throws HB_OPTION_VALUE. */
export function durationMs(name: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text);
  const ms = match === null ? NaN : Math.round(Number(match[1]) * DURATION_UNITS_MS[match[2]]);
  if (ms <= DURATION_MS_MAX) return ms;
  throw new HundredblockError(
    'HB_OPTION_VALUE',
    `--${name}: expected a time of at most 31 days such as 90s, 15m or 1h, found ${JSON.stringify(text)}`,
  );
}

function usage(message: string): HundredblockError {
  return new HundredblockError('HB_USAGE', message);
}
