/** One catalogue of coded errors. Each says what was expected and what was found, and carries the exit code of a command that ends on it. */

export const EXIT = { done: 0, failed: 1, usage: 2, input: 3, interrupted: 130 } as const;

export const ERROR_CODES = {
  HB_USAGE: EXIT.usage,
  HB_SCENARIO_UNKNOWN: EXIT.usage,
  HB_OPTION_UNKNOWN: EXIT.usage,
  HB_OPTION_VALUE: EXIT.usage,
  HB_MAPPING: EXIT.usage,
  /** An experiment that does not exist or can't be run as it is written. */
  HB_EXPERIMENT: EXIT.usage,
  /** A program that this needs is missing or too old. */
  HB_TOOL: EXIT.usage,
  HB_INPUT_FILE: EXIT.input,
  HB_INPUT_COLUMN: EXIT.input,
  HB_RECORD_FILE: EXIT.input,
  HB_OUTPUT: EXIT.input,
  /** A trace or what a driver left of a run. */
  HB_TRACE: EXIT.input,
  /** A baseline that is of something else than the candidate. */
  HB_BASELINE: EXIT.input,
  /** A target that is down, hangs, or does not speak the contract. */
  HB_TARGET: EXIT.failed,
  /** The service can't start: port taken, data folder not usable. */
  HB_SERVE: EXIT.failed,
  HB_INTERNAL: EXIT.failed,
} as const;
export type ErrorCode = keyof typeof ERROR_CODES;

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
