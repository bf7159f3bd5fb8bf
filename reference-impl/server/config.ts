/** Every option of the service in one table: by flag, by environment or by file, in that order of precedence, else its default. */
import { rangeText, shown, unitText, wrongValue, type Problem } from '../../contract/explain.ts';
import { didYouMean, nearest } from '../../contract/nearest.ts';

interface OptionBase {
  /** Name in a file; `--kebab-case` as a flag, `HUNDREDBLOCK_SNAKE_CASE` in the environment. */
  name: string;
  help: string;
}
/** One option's kind, range and default. The value of a `text` with `secret` is never shown. */
export type OptionSpec = OptionBase &
  (
    | { type: 'integer'; min: number; max: number; default: number }
    | { type: 'word'; words: readonly string[]; default: string }
    | { type: 'text'; value: string; pattern: RegExp; expected: string; secret: boolean; default: string | null }
  );

const MIB = 1024 * 1024;
const HOUR_MS = 3_600_000;

export const OPTIONS = [
  text('host', '127.0.0.1', {
    value: 'ADDRESS',
    pattern: /^[\w.:-]{1,255}$/,
    expected: 'a host name or address',
    help: 'address to listen on',
  }),
  integer('port', 8080, 0, 65_535, 'port of HTTP and WebSocket; 0 takes a free one'),
  integer('mqttPort', 1883, 0, 65_535, 'port of the embedded MQTT broker; 0 takes a free one'),
  text('mqtt', null, {
    value: 'URL',
    pattern: /^mqtts?:\/\/[^\s/?#]+\/?$/,
    expected: 'a URL such as mqtt://user:password@127.0.0.1:1883',
    help: 'an outside MQTT broker instead of the embedded one',
    secret: true,
  }),
  text('dataDir', './hundredblock-data', {
    value: 'DIR',
    pattern: /^[^\0]{1,4000}$/,
    expected: 'a path',
    help: 'folder of the database',
  }),
  text('harnessKey', null, {
    value: 'KEY',
    pattern: /^[\x21-\x7e]{16,256}$/,
    expected: '16 to 256 visible ASCII characters',
    help: 'key of the onboarding and clock doors; without one they are shut',
    secret: true,
  }),
  word('logLevel', 'info', ['debug', 'info', 'warn', 'error', 'silent'], 'least level that is logged'),
  integer(
    'retentionMs',
    24 * HOUR_MS,
    HOUR_MS,
    7 * 24 * HOUR_MS,
    "how long inputs and messages are kept, platform's clock",
  ),
  integer('messagesMax', 50_000, 1, 10_000_000, 'messages kept for resumption'),
  integer('clipsMax', 100_000, 0, 10_000_000, 'clips whose metadata are kept'),
  integer('pendingInputsMax', 5000, 1, 1_000_000, 'inputs waiting for their commit before new ones are refused'),
  integer('connectionsMax', 30_000, 1, 1_000_000, 'open connections of HTTP and WebSocket together'),
  integer('bodyBytesMax', 4 * MIB, 1024, 256 * MIB, 'bytes of a request, a batch included'),
  integer('onboardingBytesMax', 256 * MIB, 1024, 1024 * MIB, 'bytes of an onboarding document'),
  integer('headerBytesMax', 16_384, 1024, 1_048_576, "bytes of a request's headers"),
  integer('headersTimeoutMs', 10_000, 100, 600_000, 'until all headers have come'),
  integer('requestTimeoutMs', 30_000, 100, 600_000, 'until a whole request has come'),
  integer('keepAliveTimeoutMs', 60_000, 100, 600_000, 'until an idle connection is closed'),
  integer('requestsPerSecondMax', 2000, 1, 1_000_000, 'requests a second of one key; bursts of twice that'),
  integer('streamsMax', 25_000, 1, 1_000_000, "residents' open streams"),
  integer('streamsPerResidentMax', 3, 1, 100, 'open streams of one resident; the oldest is replaced'),
  integer('upgradesPerSecondMax', 5000, 1, 1_000_000, 'new streams a second'),
  integer('streamBytesMax', 262_144, 1024, 64 * MIB, 'bytes that may wait for one slow stream'),
  integer('streamsBytesMax', 256 * MIB, 1024, 16_384 * MIB, 'bytes that may wait for all streams together'),
  integer(
    'streamPingMs',
    30_000,
    100,
    600_000,
    'time between pings; a stream that does not answer by the next is dropped',
  ),
  integer('devicesMax', 20_000, 1, 1_000_000, "devices' open connections"),
  integer(
    'deviceMessagesPerSecondMax',
    20,
    1,
    100_000,
    'messages a second of one device; beyond it, and a burst of ten times that, they wait',
  ),
] as const satisfies readonly OptionSpec[];

type Entry = (typeof OPTIONS)[number];
export type OptionName = Entry['name'];
/** The value of each option; secrets in the clear. */
export type Config = { [E in Entry as E['name']]: ValueOf<E> };
type ValueOf<E extends Entry> = E extends { words: readonly (infer W)[] }
  ? W
  : E['default'] extends number
    ? number
    : E['default'] extends string
      ? string
      : string | null;

export type Source = 'flag' | 'environment' | 'file' | 'default';

export interface Resolved {
  config: Config;
  sources: Record<OptionName, Source>;
}

export interface Given {
  /** Texts by option name. */
  flags: ReadonlyMap<string, string>;
  /** The process's environment: names outside HUNDREDBLOCK_ are ignored. */
  environment: Readonly<Record<string, string | undefined>>;
  /** The parsed configuration file; null if there is none. */
  file: unknown;
}

/** `device-messages-per-second-max` for `deviceMessagesPerSecondMax`. */
export function flagOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** `HUNDREDBLOCK_DATA_DIR` for `dataDir`. */
export function environmentOf(name: string): string {
  return ENVIRONMENT_PREFIX + snakeCase(name);
}

/** The options in force, or every problem at once, one line each. */
export function resolveConfig(given: Given): Resolved | Problem[] {
  const problems = [...unknownInEnvironment(given), ...unknownInFile(given)];
  const config: Record<string, unknown> = {};
  const sources: Record<string, Source> = {};
  const file = isObject(given.file) ? given.file : {};
  for (const spec of OPTIONS as readonly OptionSpec[]) {
    const found = find(spec, given, file);
    if ('problem' in found) problems.push(found.problem);
    else {
      config[spec.name] = found.value;
      sources[spec.name] = found.source;
    }
  }
  return problems.length > 0 ? problems : ({ config, sources } as unknown as Resolved);
}

/** For people: each option with its value and where it comes from; secrets as `(hidden)`. */
export function shownConfig({ config, sources }: Resolved): Record<string, { value: unknown; from: Source }> {
  return Object.fromEntries(
    (OPTIONS as readonly OptionSpec[]).map((spec) => {
      const name = spec.name as OptionName;
      const hidden = spec.type === 'text' && spec.secret && config[name] !== null;
      return [name, { value: hidden ? '(hidden)' : config[name], from: sources[name] }];
    }),
  );
}

// --- internal ---

const ENVIRONMENT_PREFIX = 'HUNDREDBLOCK_';
/** Variables that other code reads: one shows where an unforeseen error comes from, one tells tests where published data are. */
const OTHER_VARIABLES: readonly string[] = ['HUNDREDBLOCK_DEBUG', 'HUNDREDBLOCK_DATA'];

function integer<const N extends string>(name: N, standard: number, min: number, max: number, help: string) {
  return { name, type: 'integer' as const, min, max, default: standard, help };
}

function word<const N extends string, const W extends string>(name: N, standard: W, words: readonly W[], help: string) {
  return { name, type: 'word' as const, words, default: standard as W, help };
}

interface TextSpec {
  /** Placeholder of the value in help pages. */
  value: string;
  pattern: RegExp;
  expected: string;
  help: string;
  secret?: boolean;
}

function text<const N extends string, const D extends string | null>(name: N, standard: D, spec: TextSpec) {
  return { name, type: 'text' as const, default: standard, secret: false, ...spec };
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

type Found = { value: unknown; source: Source } | { problem: Problem };

function find(spec: OptionSpec, given: Given, file: Record<string, unknown>): Found {
  const flag = given.flags.get(spec.name);
  if (flag !== undefined) return read(spec, flag, `--${flagOf(spec.name)}`, 'flag');
  const variable = environmentOf(spec.name);
  const environment = given.environment[variable];
  if (environment !== undefined) return read(spec, environment, variable, 'environment');
  if (Object.hasOwn(file, spec.name)) return checked(spec, file[spec.name], spec.name, 'file');
  return { value: spec.default, source: 'default' };
}

/** A value given as text. */
function read(spec: OptionSpec, given: string, where: string, source: Source): Found {
  const value = spec.type === 'integer' && /^\d{1,15}$/.test(given) ? Number(given) : given;
  return checked(spec, value, where, source);
}

function checked(spec: OptionSpec, value: unknown, where: string, source: Source): Found {
  if (fits(spec, value)) return { value, source };
  const secret = spec.type === 'text' && spec.secret;
  const found = secret ? 'something else (not shown)' : shown(value);
  const near = spec.type === 'word' && typeof value === 'string' ? nearest(value, spec.words) : null;
  return { problem: wrongValue(where, expectation(spec), found, near) };
}

function fits(spec: OptionSpec, value: unknown): boolean {
  switch (spec.type) {
    case 'integer':
      return Number.isSafeInteger(value) && (value as number) >= spec.min && (value as number) <= spec.max;
    case 'word':
      return spec.words.includes(value as string);
    case 'text':
      return (typeof value === 'string' && spec.pattern.test(value)) || (value === null && spec.default === null);
  }
}

function expectation(spec: OptionSpec): string {
  switch (spec.type) {
    case 'integer':
      return rangeText({ minimum: spec.min, maximum: spec.max }, true) + unitText(spec.name);
    case 'word':
      return `one of ${spec.words.join(', ')}`;
    case 'text':
      return spec.expected;
  }
}

function unknownInEnvironment({ environment }: Given): Problem[] {
  const valid = OPTIONS.map(({ name }) => snakeCase(name));
  return Object.keys(environment)
    .filter((name) => name.startsWith(ENVIRONMENT_PREFIX) && !OTHER_VARIABLES.includes(name))
    .map((name) => name.slice(ENVIRONMENT_PREFIX.length))
    .filter((name) => !valid.includes(name))
    .map((name) => unknown(ENVIRONMENT_PREFIX + name, 'environment', didYouMean(name, valid, ENVIRONMENT_PREFIX)));
}

function unknownInFile({ file }: Given): Problem[] {
  if (file === null) return [];
  if (!isObject(file)) return [wrongValue('configuration file', 'an object of options', 'another value')];
  const valid = OPTIONS.map(({ name }) => name);
  return Object.keys(file)
    .filter((name) => !(valid as string[]).includes(name))
    .map((name) => unknown(name, 'configuration file', didYouMean(name, valid)));
}

function unknown(name: string, place: string, hint: string): Problem {
  return { code: 'HB_OPTION_UNKNOWN', path: name, text: `unknown option ${shown(name)} in the ${place}${hint}` };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
