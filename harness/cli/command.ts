/** A command as data: what it accepts, what its help page says, and its action. */
import type { Args, Usage } from './args.ts';
import type { Flags } from './flags.ts';

/** `F`: the command's flags by name, without their dashes. */
export interface Command<F extends Flags = Flags> extends Usage<F> {
  /** One line for the list of commands, which begins with a verb: `run a scenario`. */
  summary: string;
  examples: readonly string[];
  /** Further lines for the command's help page, each list under its heading. */
  lists?(): Promise<Readonly<Record<string, string[]>>>;
  /**
   * Runs the command and answers its exit code. Its file is loaded for every help page, so the action imports heavy modules itself.
   * Throws HundredblockError.
   */
  run(args: Args<F>, signal: AbortSignal): Promise<number>;
}

/** The command as it is given, so that its action knows the type of each flag's value. */
export function defineCommand<const F extends Flags>(spec: Command<F>): Command<F> {
  return spec;
}
