/** What a command accepts, as data: its help page and its parser both read it. */

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
const QUIET: Flag = { kind: 'switch', value: '', help: 'no progress and no summary' };

export const COMMANDS = {
  simulate: {
    name: 'simulate',
    summary: 'run a scenario in virtual time and judge every alert',
    usage: '<scenario>',
    positionals: { min: 1, max: 1 },
    flags: {
      seed: { kind: 'value', value: 'N', help: 'whole number from 0 (default 1); the same seed gives the same run' },
      days: { kind: 'value', value: 'D', help: "simulated days (default the scenario's)" },
      set: { kind: 'list', value: 'path=value', help: 'override one option; may be given many times' },
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
