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
const TARGET: Flag = {
  kind: 'value',
  value: 'URL',
  help: 'a system that runs already, on this machine (default: the reference system is started for the run)',
};
const MQTT: Flag = {
  kind: 'value',
  value: 'URL',
  help: "the target's MQTT broker; without one no doorbell is connected",
};
const ONBOARDED: Flag = {
  kind: 'switch',
  value: '',
  help: 'the target was told agencies, residents and keys by other means',
};
const QUIET: Flag = { kind: 'switch', value: '', help: 'no progress and no summary' };

/** What of a world is sent, and how dense it is. */
const WINDOW: Record<string, Flag> = {
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
};

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
      against: {
        kind: 'list',
        value: 'path=value',
        help: 'run a second world of the same seed that differs in this option, and tell what differs; may be given many times',
      },
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
      'hundredblock simulate city --against policy.alerts=off',
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
    usage: '<scenario> | --trace DIR',
    positionals: { min: 0, max: 1 },
    flags: {
      trace: {
        kind: 'value',
        value: 'DIR',
        help: 'send this kept trace, which `hundredblock trace` writes, at its own speed or at --speed',
      },
      driver: {
        kind: 'value',
        value: 'node|k6',
        help: 'whose sockets: our own driver (default), or k6 (npm run k6 builds it)',
      },
      seed: { kind: 'value', value: 'N', help: 'whole number from 0 (default 1); the same seed gives the same trace' },
      target: TARGET,
      mqtt: MQTT,
      'harness-key': HARNESS_KEY,
      onboarded: ONBOARDED,
      ...WINDOW,
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
      'hundredblock load --trace traces/rush --driver k6',
      'HUNDREDBLOCK_HARNESS_KEY=KEY hundredblock load rush --target http://127.0.0.1:8080 --mqtt mqtt://127.0.0.1:1883',
    ],
  },
  trace: {
    name: 'trace',
    summary: 'write what load would send into a folder, to be sent later, again, or by another driver',
    usage: '<scenario> --out DIR',
    positionals: { min: 1, max: 1 },
    flags: {
      seed: { kind: 'value', value: 'N', help: 'whole number from 0 (default 1); the same seed gives the same bytes' },
      ...WINDOW,
      set: SET,
      out: { kind: 'value', value: 'DIR', help: 'where to write the trace; new or empty' },
      json: { kind: 'switch', value: '', help: 'print its header and name (SHA-256) on stdout, as JSON' },
      quiet: QUIET,
    },
    examples: [
      'hundredblock trace rush --out traces/rush',
      'hundredblock trace smoke --seed 7 --from 1h --duration 20s --speed 600 --out traces/smoke --json',
    ],
  },
  judge: {
    name: 'judge',
    summary: "the oracle's verdicts on what a driver saw of a trace, whoever's driver it was",
    usage: '<observations-dir>',
    positionals: { min: 1, max: 1 },
    flags: {
      trace: { kind: 'value', value: 'DIR', help: 'the trace that was sent (default: trace/ beside the observations)' },
      out: OUT,
      json: JSON_FLAG,
      quiet: QUIET,
    },
    examples: [
      'hundredblock judge results/runs/ID/wire --out runs/judged-again',
      'hundredblock judge k6-output --trace traces/rush --json',
    ],
  },
  capacity: {
    name: 'capacity',
    summary: 'the highest load that a system carries within its objectives, as an interval, and what breaks first',
    usage: '<scenario> --vary residents|alertRate|agencies|devices',
    positionals: { min: 1, max: 1 },
    flags: {
      slo: {
        kind: 'value',
        value: 'LIST',
        help: "objectives, all of which must be met (default 'completion.p99<2s,lost=0,leaked=0,shed=0'; docs/guides/capacity.md)",
      },
      vary: { kind: 'value', value: 'WHAT', help: 'residents, alertRate, agencies or devices' },
      from: { kind: 'value', value: 'A', help: 'no load below this is tried (default: as low as need be)' },
      to: { kind: 'value', value: 'B', help: 'nor above this (default: as high as need be, or as the scenario has)' },
      seed: { kind: 'value', value: 'N', help: 'whole number from 0 (default 1); the same seed gives the same world' },
      speed: {
        kind: 'value',
        value: 'X',
        help: 'simulated seconds per wall second where alertRate does not vary (default load.speed)',
      },
      residents: {
        kind: 'value',
        value: 'N',
        help: 'most that connect where they do not vary (default 2000; 500 where doorbells vary)',
      },
      doorbells: { kind: 'value', value: 'N', help: 'likewise (default 500)' },
      trial: { kind: 'value', value: 'TIME', help: 'window of a full trial (default 8s)' },
      width: { kind: 'value', value: 'SHARE', help: 'width of the interval to reach (default 0.1)' },
      budget: { kind: 'value', value: 'TIME', help: 'no trial is begun that would end later (default 580s)' },
      'target-cpu': {
        kind: 'value',
        value: 'SHARE',
        help: 'of one processor, for a target that is started (default 1: one of its own); any: wherever the system puts it',
      },
      target: {
        kind: 'value',
        value: 'URL',
        help: 'a system that runs already, on this machine (default: the reference system, started once and onboarded anew for each trial)',
      },
      mqtt: MQTT,
      'harness-key': HARNESS_KEY,
      onboarded: ONBOARDED,
      set: SET,
      out: OUT,
      json: JSON_FLAG,
      quiet: QUIET,
    },
    examples: [
      'hundredblock capacity rush --vary alertRate',
      "hundredblock capacity rush --slo 'completion.p99<2s,lost=0' --vary residents --to 12000 --speed 150",
      'hundredblock capacity rush --vary alertRate --target-cpu 0.25 --json',
    ],
  },
  soak: {
    name: 'soak',
    summary: 'load a system for minutes or hours, and find what leaks, grows or gets slower',
    usage: '<scenario> --duration TIME',
    positionals: { min: 1, max: 1 },
    flags: {
      duration: { kind: 'value', value: 'TIME', help: 'wall time of the window, such as 10m or 8h' },
      budget: {
        kind: 'value',
        value: 'LIST',
        help: "slopes allowed, such as 'rss<1MiB/min,fds=0/min'; those not named keep their own (docs/guides/soak.md)",
      },
      seed: { kind: 'value', value: 'N', help: 'whole number from 0 (default 1); the same seed gives the same trace' },
      speed: { kind: 'value', value: 'X', help: 'simulated seconds per wall second (default load.speed)' },
      target: TARGET,
      'target-pid': { kind: 'value', value: 'PID', help: 'its process, so that memory and files are read from /proc' },
      mqtt: MQTT,
      'harness-key': HARNESS_KEY,
      onboarded: ONBOARDED,
      set: SET,
      out: OUT,
      json: JSON_FLAG,
      quiet: QUIET,
    },
    examples: [
      'hundredblock soak smoke --duration 5m',
      "hundredblock soak smoke --duration 8h --budget 'rss<0.1MiB/min' --out results/runs/night",
      'HUNDREDBLOCK_HARNESS_KEY=KEY hundredblock soak smoke --duration 1h --target http://127.0.0.1:8080 --target-pid 4711',
    ],
  },
  compare: {
    name: 'compare',
    summary: 'is this build worse than the last one? records, two targets, or two commits',
    usage: '<baseline> <candidate>... | commit:REF commit:REF | --target-a URL --target-b URL',
    positionals: { min: 0, max: 10_000 },
    flags: {
      'target-a': { kind: 'value', value: 'URL', help: 'the baseline, a system that runs on this machine' },
      'target-b': { kind: 'value', value: 'URL', help: 'the candidate, likewise' },
      'mqtt-a': {
        kind: 'value',
        value: 'URL',
        help: "the baseline's MQTT broker; without one no doorbell is connected",
      },
      'mqtt-b': { kind: 'value', value: 'URL', help: "the candidate's" },
      'harness-key': { ...HARNESS_KEY, help: 'of both targets (default HUNDREDBLOCK_HARNESS_KEY)' },
      trials: {
        kind: 'value',
        value: 'N',
        help: 'trials a side, interleaved, of two targets or two builds (default 12)',
      },
      'trials-max': {
        kind: 'value',
        value: 'N',
        help: 'go on, N at a time by --trials, until it can be told or so many a side were run (default --trials)',
      },
      'min-effect': {
        kind: 'value',
        value: 'PERCENT',
        help: 'a smaller change does not matter (default 10)',
      },
      scenario: { kind: 'value', value: 'NAME', help: 'what is sent (default rush, cut down to 3 s)' },
      seed: { kind: 'value', value: 'N', help: 'of the scenario (default 1)' },
      set: SET,
      trace: { kind: 'value', value: 'DIR', help: 'send this kept trace, which `hundredblock trace` writes' },
      'order-seed': { kind: 'value', value: 'N', help: 'of the order of trials (default 1)' },
      junit: { kind: 'value', value: 'FILE', help: 'write the answer as JUnit XML' },
      github: { kind: 'switch', value: '', help: 'print workflow annotations too' },
      out: {
        kind: 'value',
        value: 'DIR',
        help: 'where to write trials and report (default results/runs/<id> where trials are run, else nowhere)',
      },
      json: { ...JSON_FLAG, help: 'print the comparison alone on stdout, everything else on stderr' },
      quiet: QUIET,
    },
    examples: [
      'hundredblock compare results/baselines/smoke.json results/runs/ID',
      'hundredblock compare commit:main dir:. --trials 12 --trials-max 36 --junit compare.xml',
      'HUNDREDBLOCK_HARNESS_KEY=KEY hundredblock compare --target-a http://127.0.0.1:8080 --target-b http://127.0.0.1:8081',
    ],
  },
  conform: {
    name: 'conform',
    summary: 'check a running system against docs/reference/contract.md; it is onboarded anew',
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
  sweep: {
    name: 'sweep',
    summary:
      'an experiment: points that differ in what is varied, many replications of each, intervals and differences',
    usage: '<experiment>',
    positionals: { min: 1, max: 1 },
    flags: {
      reps: { kind: 'value', value: 'N', help: "replications of each point (default the experiment's)" },
      'until-ci': {
        kind: 'value',
        value: 'SHARE',
        help: 'as many as bring the 95% intervals of the primary measures within this share of their means',
      },
      shard: {
        kind: 'value',
        value: 'I/N',
        help: 'run this part of N only; hundredblock merge joins them (default 1/1)',
      },
      workers: {
        kind: 'value',
        value: 'N',
        help: 'threads, 1 to 256 (default one a processor); never changes a result',
      },
      set: { ...SET, help: 'override one option of the base scenario; may be given many times' },
      out: {
        kind: 'value',
        value: 'DIR',
        help: 'where to write; one with a journal of this experiment is gone on with (default results/runs/sweep-<name>)',
      },
      json: { ...JSON_FLAG, help: 'print experiment.json alone on stdout, everything else on stderr' },
      quiet: QUIET,
    },
    examples: [
      'hundredblock sweep dose-response --reps 30',
      'hundredblock sweep withdrawal --until-ci 0.05 --workers 2',
      'hundredblock sweep my-experiment.json --shard 1/4 --out shards/1',
    ],
  },
  merge: {
    name: 'merge',
    summary: 'join the shards of an experiment: the same bytes as if one machine had run all of it',
    usage: '<shard-dir>... --out DIR',
    positionals: { min: 1, max: 10_000 },
    flags: {
      out: { kind: 'value', value: 'DIR', help: 'where to write; new or empty' },
      json: { ...JSON_FLAG, help: 'print experiment.json alone on stdout, everything else on stderr' },
      quiet: QUIET,
    },
    examples: ['hundredblock merge shards/1 shards/2 --out results/studies/dose-response'],
  },
  calibrate: {
    name: 'calibrate',
    summary: "fit the arrival model to an agency's own calls, and write a scenario from it",
    usage: '<file.csv|.json|.jsonl>... --mapping <name|mapping.json> --persons N --out FILE.json',
    positionals: { min: 1, max: 10_000 },
    flags: {
      mapping: {
        kind: 'value',
        value: 'NAME',
        help: 'a mapping that ships (milwaukee), or a mapping file, as for replay',
      },
      persons: { kind: 'value', value: 'N', help: "people in the agency's area, 1,000 to 10,000,000" },
      'officer-share': {
        kind: 'value',
        value: 'S',
        help: 'share of calls for service that officers start themselves (default 0.35)',
      },
      out: { kind: 'value', value: 'FILE.json', help: 'the scenario; a page with the fit is written beside it' },
      draws: {
        kind: 'value',
        value: 'N',
        help: 'processes drawn from the fit for p-values, 19 to 9999 (default 199)',
      },
      seed: { kind: 'value', value: 'N', help: 'whole number from 0 (default 1)' },
      json: JSON_FLAG,
      quiet: QUIET,
    },
    examples: [
      'hundredblock calibrate calls-2018-05.csv --mapping milwaukee --persons 595000 --out my-town.json',
      'hundredblock simulate my-town.json --days 14',
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
