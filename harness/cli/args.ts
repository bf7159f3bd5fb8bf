/** Command-line arguments against a command's flags: what the command does not know is refused, never ignored. */
import { parseArgs as tokenize } from 'node:util';
import { HundredblockError } from '../../contract/errors.ts';
import { didYouMean } from '../../contract/nearest.ts';
import { commandLine } from '../records/command-line.ts';
import type { Flags, Values } from './flags.ts';

/** The part of a command that its arguments are checked against. */
export interface Usage<F extends Flags = Flags> {
  name: string;
  /** Positional arguments as the usage line shows them. */
  usage: string;
  positionals: { min: number; max: number };
  flags: F;
}

/** Arguments that fit a command's usage. */
export interface Args<F extends Flags = Flags> {
  /** True if --help is among them: then values and positional arguments go unchecked, and each flag has its default. */
  help: boolean;
  positionals: string[];
  flags: Values<F>;
  /** The texts of each flag that was given, in order; empty texts for a switch. */
  given: ReadonlyMap<string, readonly string[]>;
  usage: Usage<F>;
}

/**
 * Parses the words after the command's name. Throws HB_USAGE for an unknown flag, a missing value or a wrong number of
 * positional arguments, and HB_OPTION_VALUE, a line for each, if values are wrong.
 *
 * Node splits the words into tokens (`--name value`, `--name=value`, and only positional arguments after `--`). Its strict mode is not used:
 * it names no nearest flag, and it takes `--days -5` for a forgotten value although the days are what is wrong.
 */
export function parseArgs<F extends Flags>(usage: Usage<F>, argv: readonly string[]): Args<F> {
  const { given, positionals } = sort(usage, argv);
  if (given.has('help')) return { help: true, positionals, flags: defaults(usage.flags), given, usage };
  expectPositionals(usage, positionals.length);
  return { help: false, positionals, flags: values(usage, given), given, usage };
}

/**
 * The command that repeats a run: the positional arguments and every flag that `repeats`, if it was given. `settled` holds values by
 * flag that the action worked out: they are written in any case.
 */
export function repeatCommand(
  { usage, positionals, given }: Args,
  settled: Readonly<Record<string, string | number>> = {},
): string {
  const words = Object.entries(usage.flags).flatMap(([name, { kind, repeats }]) => {
    if (Object.hasOwn(settled, name)) return [`--${name}`, String(settled[name])];
    const texts = repeats ? given.get(name) : undefined;
    if (texts === undefined) return [];
    return kind === 'switch'
      ? [`--${name}`]
      : (kind === 'value' ? texts.slice(-1) : texts).flatMap((text) => [`--${name}`, text]);
  });
  return commandLine([usage.name, ...positionals, ...words]);
}

// --- internal ---

interface Sorted {
  positionals: string[];
  given: Map<string, string[]>;
}

function sort({ name, flags }: Usage, argv: readonly string[]): Sorted {
  const sorted: Sorted = { positionals: [], given: new Map() };
  const types = Object.entries(flags).map(
    ([flag, { kind }]) => [flag, { type: kind === 'switch' ? 'boolean' : 'string' }] as const,
  );
  const options = { ...Object.fromEntries(types), help: { type: 'boolean', short: 'h' } } as const;
  const { tokens } = tokenize({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true });
  for (const token of tokens) {
    if (token.kind === 'positional') sorted.positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const flag = token.name === 'help' ? HELP : Object.hasOwn(flags, token.name) ? flags[token.name] : undefined;
    // A cluster such as -seed comes as one token for each letter: the word itself is what was meant.
    const word = argv[token.index].split('=', 1)[0];
    if (flag === undefined || (word !== `--${token.name}` && word !== '-h'))
      throw refuse(`unknown option ${word} of ${name}${flagHint(word, name, flags)}`);
    const takesValue = flag.kind !== 'switch';
    if (!takesValue && token.value !== undefined)
      throw refuse(`${word}: expected no value, found ${JSON.stringify(token.value)}`);
    if (takesValue && (token.value === undefined || token.value.startsWith('--')))
      throw refuse(`${word}: expected a value (${flag.placeholder}), found ${token.value ?? 'nothing'}`);
    sorted.given.set(token.name, [...(sorted.given.get(token.name) ?? []), token.value ?? '']);
  }
  return sorted;
}

const HELP = { kind: 'switch', placeholder: '' } as const;

function flagHint(word: string, command: string, flags: Flags): string {
  const hint = didYouMean(word.replace(/^--?/, ''), [...Object.keys(flags), 'help'], '--');
  return hint || `: see hundredblock ${command} --help`;
}

function expectPositionals({ name, usage, positionals: { min, max } }: Usage, found: number): void {
  if (found >= min && found <= max) return;
  const expected = min === max ? String(min) : `${min} to ${max}`;
  throw refuse(`${name} ${usage}: expected ${expected} argument${expected === '1' ? '' : 's'}, found ${found}`);
}

/** The value of each flag. Throws with a line for each that is missing or wrong. */
function values<F extends Flags>({ name, flags }: Usage<F>, given: Sorted['given']): Values<F> {
  const missing: string[] = [];
  const wrong: string[] = [];
  const read = Object.entries(flags).map(([flag, spec]) => {
    if (spec.required && !given.has(flag)) missing.push(`${name}: expected --${flag} ${spec.placeholder}, found none`);
    try {
      return [flag, spec.read(flag, given.get(flag) ?? [])];
    } catch (error) {
      if (!(error instanceof HundredblockError)) throw error;
      wrong.push(error.message);
      return [flag, undefined];
    }
  });
  if (wrong.length > 0) throw new HundredblockError('HB_OPTION_VALUE', [...missing, ...wrong].join('\n'));
  if (missing.length > 0) throw refuse(missing.join('\n'));
  return Object.fromEntries(read) as Values<F>;
}

function defaults<F extends Flags>(flags: F): Values<F> {
  return Object.fromEntries(Object.entries(flags).map(([name, flag]) => [name, flag.read(name, [])])) as Values<F>;
}

function refuse(message: string): HundredblockError {
  return new HundredblockError('HB_USAGE', message);
}
