/** What a command accepts, as data: its help page and its parser both read it. */
import { OPTIONS, flagOf, type OptionSpec } from '../../reference-impl/server/config.ts';

/** `switch` takes no value; `value` takes one, the last one wins; `list` may be given many times. */
export interface Flag {
  kind: 'switch' | 'value' | 'list';
  /** Stands for the value in the help page. */
  value: string;
  help: string;
}

export interface CommandSpec {
  name: string;
  summary: string;
  /** Positional arguments as the usage line shows them. */
  usage: string;
  positionals: { min: number; max: number };
  flags: Record<string, Flag>;
  examples: string[];
}

const OUT: Flag = { kind: 'value', value: 'DIR', help: 'where to write the run (default results/runs/<id>)' };
const JSON_FLAG: Flag = {
  kind: 'switch',
  value: '',
  help: 'print the record alone on stdout, everything else on stderr',
};
const SET: Flag = { kind: 'list', value: 'path=value', help: 'override one option; may be given many times' };
const HARNESS_KEY: Flag = {
  kind: 'value',
  value: 'KEY',
  help: 'of its onboarding and clock doors (default HUNDREDBLOCK_HARNESS_KEY)',
};
const QUIET: Flag = { kind: 'switch', value: '', help: 'no progress and no summary' };

/** The service's own table of options, as flags. */
const SERVE_OPTIONS: Record<string, Flag> = Object.fromEntries(
  (OPTIONS as readonly OptionSpec[]).map((spec) => [
    flagOf(spec.name),
    { kind: 'value', value: placeholder(spec), help: `${helpOf(spec)} (default ${spec.default ?? 'none'})` },
  ]),
);

export const COMMANDS = {
  start: {
    name: 'start',
    summary: 'the main job: a week of city in virtual time, then rush on the wire, in one report',
    usage: '',
    positionals: { min: 0, max: 0 },
    flags: {
      seed: { kind: 'value', value: 'N', help: 'whole number from 0 (default 1)' },
      out: OUT,
      json: { ...JSON_FLAG, help: 'print both records, as {virtual, wall}, on stdout, everything else on stderr' },
      quiet: QUIET,
    },
    examples: ['hundredblock start', 'hundredblock start --seed 8 --out runs/both --json'],
  },
  simulate: {
    name: 'simulate',
    summary: 'run a scenario in virtual time and judge every alert',
    usage: '<scenario>',
    positionals: { min: 1, max: 1 },
    flags: {
      seed: { kind: 'value', value: 'N', help: 'whole number from 0 (default 1); the same seed gives the same run' },
      days: { kind: 'value', value: 'D', help: "simulated days (default the scenario's)" },
      set: SET,
      workers: {
        kind: 'value',
        value: 'N',
        help: 'threads, 1 to 256 (default by agencies and processors); never changes a result',
      },
      out: OUT,
      json: JSON_FLAG,
      quiet: QUIET,
    },
    examples: [
      'hundredblock simulate city',
      'hundredblock simulate city --seed 8 --days 1 --set policy.alerts=off',
      'hundredblock simulate smoke --set agencies.0.dialect=milwaukee --set faults.gapShare=0.01 --json',
      'hundredblock simulate my-town.json --out runs/my-town',
    ],
  },
  replay: {
    name: 'replay',
    summary: "read a real agency's published data and tell what the rules would have made of it",
    usage: '<file.csv|.json|.jsonl>... --map <name|mapping.json>',
    positionals: { min: 1, max: 10_000 },
    flags: {
      map: { kind: 'value', value: 'NAME', help: 'a mapping that ships (milwaukee), or a mapping file' },
      preset: { kind: 'value', value: 'PRESET', help: 'us-eight (default) or extended' },
      delay: { kind: 'value', value: 'TIME', help: 'publication delay to assume: 90s, 15m, 1h (default 0s)' },
      out: OUT,
      json: JSON_FLAG,
      quiet: QUIET,
    },
    examples: [
      'hundredblock replay calls-2018-05.csv --map milwaukee',
      'hundredblock replay jan.jsonl feb.jsonl --map my-agency.json --preset extended --delay 15m --json',
    ],
  },
  report: {
    name: 'report',
    summary: 'rebuild report.html from a run, or find where two runs differ',
    usage: '<run-dir> | --diff <run-dir> <run-dir>',
    positionals: { min: 1, max: 2 },
    flags: {
      diff: { kind: 'switch', value: '', help: 'compare two runs: exact fields, then the first differing event' },
    },
    examples: ['hundredblock report results/runs/city-1', 'hundredblock report --diff runs/a runs/b'],
  },
  serve: {
    name: 'serve',
    summary: 'the reference system as a service: HTTP, MQTT and WebSocket doors around the same pipeline',
    usage: '',
    positionals: { min: 0, max: 0 },
    flags: {
      ...SERVE_OPTIONS,
      config: {
        kind: 'value',
        value: 'FILE',
        help: 'options by name in a JSON file; environment and flags come first',
      },
      'print-config': { kind: 'switch', value: '', help: 'print every option, its value and where it comes from' },
    },
    examples: [
      'HUNDREDBLOCK_HARNESS_KEY=a-key-of-your-own hundredblock serve',
      'hundredblock serve --port 0 --mqtt-port 0 --data-dir /var/lib/hundredblock --log-level warn',
      'hundredblock serve --config serve.json --print-config',
    ],
  },
  load: {
    name: 'load',
    summary: 'send a scenario over real sockets against the wall clock, and judge every delivery',
    usage: '<scenario>',
    positionals: { min: 1, max: 1 },
    flags: {
      seed: { kind: 'value', value: 'N', help: 'whole number from 0 (default 1); the same seed gives the same trace' },
      target: {
        kind: 'value',
        value: 'URL',
        help: 'a system that runs already, on this machine (default: the reference system is started for the run)',
      },
      mqtt: { kind: 'value', value: 'URL', help: "the target's MQTT broker; without one no doorbell is connected" },
      'harness-key': HARNESS_KEY,
      onboarded: { kind: 'switch', value: '', help: 'the target was told agencies, residents and keys by other means' },
      from: {
        kind: 'value',
        value: 'TIME',
        help: "where the window opens: 90m after the scenario's start, or an ISO time (default load.fromMs)",
      },
      duration: {
        kind: 'value',
        value: 'TIME',
        help: 'wall time of the window, such as 60s (default load.durationMs)',
      },
      speed: { kind: 'value', value: 'X', help: 'simulated seconds per wall second (default load.speed)' },
      intensity: {
        kind: 'value',
        value: 'K',
        help: 'factor on all event rates and the staff for them, or incidents=K,motions=K,...',
      },
      'closed-loop': {
        kind: 'switch',
        value: '',
        help: 'residents react to what they really receive: the world goes on while it is sent (speed at most 300)',
      },
      set: SET,
      'metrics-port': {
        kind: 'value',
        value: 'PORT',
        help: 'serve figures for Prometheus on this port of 127.0.0.1 while it runs; 0 takes a free one (default none)',
      },
      'metrics-linger': {
        kind: 'value',
        value: 'S',
        help: 'seconds that they are served for when all is known (default 0)',
      },
      out: OUT,
      json: JSON_FLAG,
      quiet: QUIET,
    },
    examples: [
      'hundredblock load rush',
      'hundredblock load rush --duration 20s --intensity motions=10 --json',
      'hundredblock load smoke --speed 600 --from 1h --set load.connectedShareOfAppUsers=0.5',
      'hundredblock load rush --closed-loop --set reactions.postShare=0.2',
      'HUNDREDBLOCK_HARNESS_KEY=KEY hundredblock load rush --target http://127.0.0.1:8080 --mqtt mqtt://127.0.0.1:1883',
    ],
  },
  conform: {
    name: 'conform',
    summary: 'check a running system against docs/contract.md; it is onboarded anew',
    usage: '--target URL',
    positionals: { min: 0, max: 0 },
    flags: {
      target: { kind: 'value', value: 'URL', help: 'where it listens; loopback http only' },
      mqtt: { kind: 'value', value: 'URL', help: 'its MQTT broker; without one doorbells are skipped' },
      'harness-key': HARNESS_KEY,
      only: {
        kind: 'list',
        value: 'GROUP',
        help: 'only this group, or this check (auth.none); may be given many times',
      },
      json: { kind: 'switch', value: '', help: 'print the findings alone on stdout, as JSON' },
    },
    examples: [
      'hundredblock conform --target http://127.0.0.1:8080 --harness-key KEY',
      'hundredblock conform --target http://127.0.0.1:8080 --mqtt mqtt://127.0.0.1:1883 --only auth --only stream',
    ],
  },
  validate: {
    name: 'validate',
    summary: 'a queueing or hypercube case of your own through the simulated call-takers or dispatch, with intervals',
    usage: '<case.json>',
    positionals: { min: 1, max: 1 },
    flags: {
      seed: { kind: 'value', value: 'N', help: 'whole number from 0 (default 1)' },
      reps: { kind: 'value', value: 'N', help: 'independent replications, 10 to 1000 (default 40)' },
      customers: {
        kind: 'value',
        value: 'N',
        help: 'of all replications together, at most (default 12000000); fewer where intervals are narrow before',
      },
      json: { kind: 'switch', value: '', help: 'print the measures as JSON' },
      quiet: { kind: 'switch', value: '', help: 'no progress' },
    },
    examples: [
      'hundredblock validate scenarios/cases/three-cars.json',
      'hundredblock validate my-case.json --reps 60 --json',
    ],
  },
  doctor: {
    name: 'doctor',
    summary: 'what is installed, what is optional, and how to get it',
    usage: '',
    positionals: { min: 0, max: 0 },
    flags: {},
    examples: ['hundredblock doctor'],
  },
} as const satisfies Record<string, CommandSpec>;
export type CommandName = keyof typeof COMMANDS;

// --- internal ---

function placeholder(spec: OptionSpec): string {
  switch (spec.type) {
    case 'integer':
      return 'N';
    case 'word':
      return 'WORD';
    case 'text':
      return spec.value;
  }
}

function helpOf(spec: OptionSpec): string {
  return spec.type === 'word' ? `${spec.help}: ${spec.words.join(', ')}` : spec.help;
}
