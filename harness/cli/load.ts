/** `hundredblock load`. */
import { HundredblockError } from '../../contract/errors.ts';
import type { RunRecord } from '../../contract/record/run-record.ts';
import { ScenarioSchema, type Scenario } from '../../contract/scenario.ts';
import { civilToMs, parseIso } from '../../contract/time.ts';
import { checkClosedLoop } from '../drivers/node/closed-loop.ts';
import type { UrlTarget } from '../drivers/driver-api.ts';
import type { Exposition } from '../report/metrics/exposition.ts';
import { loopbackEndpoint } from '../drivers/target/loopback.ts';
import { DRIVERS, type DriverName } from '../run/driver-choice.ts';
import type { LoadOptions } from '../run/load.ts';
import { check, type Shape } from '../options/check.ts';
import { resolveScenario } from '../options/resolve.ts';
import { decimal, durationMs, valueOf, wholeNumber, type Args } from './args.ts';
import { commandLine } from '../records/command-line.ts';
import { finish, summaryWidth } from './finish.ts';
import { openOutput, outputError } from '../records/output.ts';
import { write } from './write.ts';

const SEED_DEFAULT = 1;
const KEY_VARIABLE = 'HUNDREDBLOCK_HARNESS_KEY';

/** Runs a scenario, or sends a kept trace, against the target and answers the exit code; errors are thrown as HundredblockError. */
export async function load(args: Args, signal: AbortSignal): Promise<number> {
  const source = await sourceOf(args);
  const driver = driverOf(args);
  const target = await targetOf(args, process.env[KEY_VARIABLE]);
  const json = args.switches.has('json');
  const quiet = args.switches.has('quiet');
  const lingerMs = lingerMsOf(args);
  const exposition = await expositionOf(args);

  const output = openOutput(valueOf(args, 'out') ?? null);
  const [{ runLoad }, { createProgress }, { summaryLines }] = await Promise.all([
    import('../run/load.ts'),
    import('../report/progress.ts'),
    import('../report/summary.ts'),
  ]);
  const progress = createProgress({ stream: process.stderr, label: source.scenario.name, quiet });
  let record: RunRecord;
  let stopped: string | null;
  let outDir: string;
  try {
    ({ record, stopped } = await runLoad({
      ...source,
      command: replayCommand(source.seed, args),
      outDir: output.stageDir,
      target,
      driver,
      signal,
      exposition,
      onProgress: (fraction, text) => progress.update(fraction, text),
    }));
    outDir = output.commit(record.id);
  } catch (error) {
    await exposition?.close();
    output.discard();
    throw outputError(valueOf(args, 'out') ?? 'results/runs', error);
  } finally {
    progress.end();
  }
  const failure = stopped === null || signal.aborted ? null : new HundredblockError('HB_TARGET', stopped);
  const exitCode = await finish({
    record,
    summary: quiet ? null : summaryLines(record, summaryWidth()),
    outDir,
    json,
    failure,
  });
  if (exposition !== undefined) {
    await until(lingerMs, signal);
    await exposition.close();
  }
  return exitCode;
}

type Source = Pick<LoadOptions, 'scenario' | 'seed' | 'kept' | 'speed' | 'closedLoop'>;

/** What is to be sent: a scenario's world, or a kept trace. Throws HB_USAGE, HB_TRACE, and what loadScenario throws. */
export async function sourceOf(args: Args): Promise<Source> {
  const dir = valueOf(args, 'trace');
  const [name] = args.positionals;
  if ((name === undefined) === (dir === undefined))
    throw new HundredblockError(
      'HB_USAGE',
      `load: expected either a scenario or --trace DIR, found ${name === undefined ? 'neither' : 'both'}`,
    );
  if (dir !== undefined) return keptSource(args, dir);
  const seed = decimal(args, 'seed') ?? SEED_DEFAULT;
  return { scenario: loadScenario(name, args, seed), seed, closedLoop: args.switches.has('closed-loop') };
}

/** Whose sockets. Throws HB_OPTION_VALUE, and HB_USAGE where it can't do what is asked. */
export function driverOf(args: Args): DriverName {
  const text = valueOf(args, 'driver') ?? 'node';
  const driver = DRIVERS.find((name) => name === text);
  if (driver === undefined)
    throw new HundredblockError(
      'HB_OPTION_VALUE',
      `--driver: expected ${DRIVERS.join(' or ')}, found ${JSON.stringify(text)}`,
    );
  if (driver === 'k6' && args.switches.has('closed-loop'))
    throw new HundredblockError(
      'HB_USAGE',
      '--closed-loop: expected --driver node beside it (k6 reads a whole trace before it starts), found k6',
    );
  return driver;
}

/** The scenario as the options change it, checked. Throws what resolveScenario throws, and HB_OPTION_VALUE. */
export function loadScenario(name: string, args: Args, seed: number): Scenario {
  const sets = args.values.get('set') ?? [];
  const plain = resolveScenario(name, sets, { seed });
  const scenario = resolveScenario(name, [...sets, ...windowSets(args, plain), ...intensitySets(args, plain)], {
    seed,
  });
  if (args.switches.has('closed-loop')) checkClosedLoop(scenario);
  return scenario;
}

/** Null: the reference system is to be started. Throws HB_USAGE or HB_TARGET. */
export async function targetOf(args: Args, keyOfEnvironment: string | undefined): Promise<UrlTarget | null> {
  const url = valueOf(args, 'target');
  const mqttUrl = valueOf(args, 'mqtt') ?? null;
  const harnessKey = valueOf(args, 'harness-key') ?? keyOfEnvironment ?? null;
  const onboarded = args.switches.has('onboarded');
  if (url === undefined) {
    const given = [
      ...['mqtt', 'harness-key'].filter((flag) => args.values.has(flag)),
      ...(onboarded ? ['onboarded'] : []),
    ];
    if (given.length > 0)
      throw new HundredblockError('HB_USAGE', `--${given[0]}: expected --target beside it, found none`);
    return null;
  }
  await loopbackEndpoint(url, 'http');
  if (mqttUrl !== null) await loopbackEndpoint(mqttUrl, 'mqtt');
  if (harnessKey === null && !onboarded)
    throw new HundredblockError(
      'HB_USAGE',
      `--target: expected --harness-key (or ${KEY_VARIABLE}), or --onboarded for a target that was told agencies and residents by other means, found neither`,
    );
  return { kind: 'url', url: url.replace(/\/+$/, ''), mqttUrl, harnessKey, onboarded };
}

// --- internal ---

/** What makes a world, and can't change one that is kept. */
const OF_THE_WORLD = ['seed', 'set', 'from', 'duration', 'intensity', 'closed-loop'];

async function keptSource(args: Args, dir: string): Promise<Source> {
  const given = OF_THE_WORLD.find((flag) => args.values.has(flag) || args.switches.has(flag));
  if (given !== undefined)
    throw new HundredblockError(
      'HB_USAGE',
      `--${given}: expected a scenario to change, found --trace (what a kept trace holds is settled; only --speed can differ)`,
    );
  const { openTrace } = await import('../trace/read.ts');
  const kept = await openTrace(dir);
  const { seed } = kept.header;
  const problem = check(SCENARIO, kept.header.scenario, '').at(0);
  if (problem !== undefined)
    throw new HundredblockError(
      'HB_TRACE',
      `trace: trace.json: expected a scenario with all its options, ${problem.text}`,
    );
  const scenario = kept.header.scenario as Scenario;
  const speed = decimal(args, 'speed');
  const misfit = speed === undefined ? undefined : check(SPEED, speed, '--speed').at(0);
  if (misfit !== undefined) throw new HundredblockError('HB_OPTION_VALUE', misfit.text);
  return { scenario, seed, kept, speed };
}

const SCENARIO = ScenarioSchema as unknown as Shape;
const SPEED = ScenarioSchema.properties.load.properties.speed as Shape;

const PORT_MAX = 65_535;
const LINGER_SECONDS_MAX = 86_400;

/** Figures for Prometheus, where they are asked for; says on stderr where they are. Throws HB_OPTION_VALUE. */
async function expositionOf(args: Args): Promise<Exposition | undefined> {
  if (!args.values.has('metrics-port')) return undefined;
  const port = wholeNumber(args, 'metrics-port', 0, PORT_MAX, 0);
  const { serveExposition } = await import('../report/metrics/exposition.ts');
  const exposition = await serveExposition(port);
  await write(process.stderr, `metrics: ${exposition.url}\n`);
  return exposition;
}

/** How long they are served when all is known. Throws HB_USAGE or HB_OPTION_VALUE. */
function lingerMsOf(args: Args): number {
  const seconds = wholeNumber(args, 'metrics-linger', 0, LINGER_SECONDS_MAX, 0);
  if (seconds > 0 && !args.values.has('metrics-port'))
    throw new HundredblockError('HB_USAGE', '--metrics-linger: expected --metrics-port beside it, found none');
  return 1000 * seconds;
}

function until(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    const end = (): void => {
      clearTimeout(timer);
      resolve();
    };
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}

function windowSets(args: Args, { startMs }: Scenario): string[] {
  const from = valueOf(args, 'from');
  const duration = valueOf(args, 'duration');
  const speed = decimal(args, 'speed');
  return [
    ...(from === undefined ? [] : [`load.fromMs=${offsetMs(from, startMs)}`]),
    ...(duration === undefined ? [] : [`load.durationMs=${durationMs('duration', duration)}`]),
    ...(speed === undefined ? [] : [`load.speed=${speed}`]),
  ];
}

/** `90m` after the scenario's start, or a moment such as 2026-06-06T22:30:00Z. */
function offsetMs(text: string, startMs: number): number {
  const iso = parseIso(text);
  if (iso !== null && iso.offsetMin !== null) return civilToMs(iso.civil) - iso.offsetMin * 60_000 - startMs;
  if (/^\d{4}-/.test(text))
    throw new HundredblockError(
      'HB_OPTION_VALUE',
      `--from: expected a time with its offset such as 2026-06-06T22:30:00Z, found ${JSON.stringify(text)}`,
    );
  return durationMs('from', text);
}

/** `4`, for all streams alike, or `incidents=4,motions=0.5`: factors on what the scenario has. */
function intensitySets(args: Args, { intensity }: Scenario): string[] {
  const text = valueOf(args, 'intensity');
  if (text === undefined) return [];
  const streams = Object.keys(intensity) as (keyof Scenario['intensity'])[];
  const factorOf = (given: string): number => {
    if (/^(\d+\.?\d*|\.\d+)$/.test(given)) return Number(given);
    throw new HundredblockError(
      'HB_OPTION_VALUE',
      `--intensity: expected a factor such as 4, or ${streams.map((s) => `${s}=4`).join(',')}, found ${JSON.stringify(text)}`,
    );
  };
  const factors: [string, number][] = text.includes('=')
    ? text.split(',').map((part) => [part.slice(0, part.indexOf('=')), factorOf(part.slice(part.indexOf('=') + 1))])
    : streams.map((stream) => [stream, factorOf(text)]);
  return factors.map(([stream, factor]) => {
    const known = Object.hasOwn(intensity, stream) ? intensity[stream as keyof Scenario['intensity']] : 1;
    // An unknown stream is refused with the other options, by its path.
    return `intensity.${stream}=${known * factor}`;
  });
}

/** Without the key: a record is for others to read. */
function replayCommand(seed: number, args: Args): string {
  const given = ['trace', 'driver', 'target', 'mqtt', 'from', 'duration', 'speed', 'intensity'].flatMap((flag) => {
    const value = valueOf(args, flag);
    return value === undefined ? [] : [`--${flag}`, value];
  });
  const sets = (args.values.get('set') ?? []).flatMap((set) => ['--set', set]);
  const switches = ['onboarded', 'closed-loop'].flatMap((flag) => (args.switches.has(flag) ? [`--${flag}`] : []));
  const [name] = args.positionals;
  const world = name === undefined ? [] : [name, '--seed', String(seed)];
  return commandLine(['load', ...world, ...given, ...switches, ...sets]);
}
