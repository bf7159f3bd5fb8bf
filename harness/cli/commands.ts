/** All commands. */
import { calibrate } from './commands/calibrate.ts';
import { capacity } from './commands/capacity.ts';
import { compare } from './commands/compare.ts';
import { conform } from './commands/conform.ts';
import { doctor } from './commands/doctor.ts';
import { judge } from './commands/judge.ts';
import { load } from './commands/load.ts';
import { merge } from './commands/merge.ts';
import { replay } from './commands/replay.ts';
import { report } from './commands/report.ts';
import { serve } from './commands/serve.ts';
import { simulate } from './commands/simulate.ts';
import { soak } from './commands/soak.ts';
import { start } from './commands/start.ts';
import { sweep } from './commands/sweep.ts';
import { trace } from './commands/trace.ts';
import { validate } from './commands/validate.ts';

/** Every command by its name, in the order in which help pages list them. */
export const COMMANDS = {
  start,
  simulate,
  replay,
  report,
  serve,
  load,
  trace,
  judge,
  capacity,
  soak,
  compare,
  conform,
  sweep,
  merge,
  calibrate,
  validate,
  doctor,
} as const;
/** The name of a command. */
export type CommandName = keyof typeof COMMANDS;
