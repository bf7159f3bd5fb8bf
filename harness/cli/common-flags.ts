/** Flags that several commands share, each written once. */
import { flag, integer, list, number, text } from './flags.ts';

/** Environment variable that holds the key if --harness-key is not given. */
export const KEY_VARIABLE = 'HUNDREDBLOCK_HARNESS_KEY';

/** `same`: the thing that the same seed gives again. */
export const seedFlag = (same: string) =>
  integer('N', `seed of all that is drawn: the same seed gives the same ${same}`, {
    min: 0,
    default: 1,
    repeats: true,
  });

/** Most threads of one command. */
export const WORKERS_MAX = 256;

/** `otherwise`: the default in words. */
export const workersFlag = (otherwise: string) =>
  integer('N', 'threads; never changes a result', { min: 1, max: WORKERS_MAX, otherwise });

/** Overrides of a scenario. */
export const SET = list('path=value', 'override one option of the scenario', {
  repeats: true,
});

/** Speed of the simulated clock. */
export const SPEED = number('X', 'simulated seconds per wall second', { otherwise: 'load.speed', repeats: true });

/** Never part of the command that repeats a run: a record is for others to read. */
export const HARNESS_KEY = text('KEY', "key of the target's onboarding and clock doors", {
  otherwise: `$${KEY_VARIABLE}`,
});

/** The folder that a run goes into, and how much its command prints. */
export const OUTPUT = {
  out: text('DIR', 'where to write the run', { otherwise: 'results/runs/<id>' }),
  json: flag('print the record alone on stdout, everything else on stderr'),
  quiet: flag('no progress and no summary'),
} as const;

/** --out for commands that never mix their files with others. */
export const NEW_FOLDER = text('DIR', 'folder to write into; new or empty', { required: true });
