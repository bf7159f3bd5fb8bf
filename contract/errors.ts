/** The catalogue of coded errors. The message of each says what was expected and what was found; its code decides the exit code of a command. */

/** Exit codes of commands. `failed`: a check, a budget or a target failed; `usage`: the command line or a file of options is wrong; `input`: a file is. */
export const EXIT = { done: 0, failed: 1, usage: 2, input: 3, interrupted: 130 } as const;

/** Error codes, each with the exit code of a command that ends on it. */
export const ERROR_CODES = {
  /** A command line that can't be understood. */
  HB_USAGE: EXIT.usage,
  /** A scenario name that is not in the registry. */
  HB_SCENARIO_UNKNOWN: EXIT.usage,
  /** A name that no option has. */
  HB_OPTION_UNKNOWN: EXIT.usage,
  /** A value that an option does not take. */
  HB_OPTION_VALUE: EXIT.usage,
  /** A replay mapping that does not exist or contradicts itself. */
  HB_MAPPING: EXIT.usage,
  /** An experiment that does not exist or can't be run as it is written. */
  HB_EXPERIMENT: EXIT.usage,
  /** A program that this needs is missing or too old. */
  HB_TOOL: EXIT.usage,
  /** An input file that can't be read. */
  HB_INPUT_FILE: EXIT.input,
  /** An input file without a column that the mapping needs. */
  HB_INPUT_COLUMN: EXIT.input,
  /** A run folder or record that can't be read, or is of another major version. */
  HB_RECORD_FILE: EXIT.input,
  /** An output folder that can't be written, or holds other things. */
  HB_OUTPUT: EXIT.input,
  /** A trace, or the log of a driver, that can't be read. */
  HB_TRACE: EXIT.input,
  /** A baseline that can't be compared with the candidate. */
  HB_BASELINE: EXIT.input,
  /** A target that is down, hangs, or does not speak the contract. */
  HB_TARGET: EXIT.failed,
  /** The service can't start: port taken, data folder not usable. */
  HB_SERVE: EXIT.failed,
  /** A fault of our own. */
  HB_INTERNAL: EXIT.failed,
} as const;
/** One of the codes above. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** An error that a user can understand and act on. Its message has a line for each problem, and never private text. */
export class HundredblockError extends Error {
  readonly code: ErrorCode;
  readonly exitCode: number;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.name = 'HundredblockError';
    this.code = code;
    this.exitCode = ERROR_CODES[code];
  }
}
