/** The end of a command that made a record: what it prints, and its exit code. */
import { join } from 'node:path';
import { EXIT, HundredblockError } from '../../contract/errors.ts';
import { write } from './write.ts';

/** The results of a command. */
export interface Results {
  record: { partial?: boolean; gates?: { name: string; limit: number; found: number; ok: boolean }[] };
  /** The summary in lines; null if --quiet asked for none. */
  summary: string[] | null;
  outDir: string;
  json: boolean;
  /** The error that ended the run early; null, or left out, if it was its user or nothing did. */
  failure?: HundredblockError | null;
}

/** The last that a command prints, and its exit code. */
export interface Ending {
  stdout: string;
  stderr: string;
  exitCode: number;
}

/**
 * With --json the record alone goes to stdout and all else to stderr. The exit code is the failure's if there is one, 130 if the user
 * interrupted the run, 1 if a gate is not ok (stderr names each), else 0.
 */
export function describeEnding({ record, summary, outDir, json, failure = null }: Results): Ending {
  const page = summary === null ? '' : [...summary, '', `Report: ${join(outDir, 'report.html')}`, ''].join('\n');
  const failed = (record.gates ?? []).filter((gate) => !gate.ok);
  const complaints = failed.map(
    (gate) => `hundredblock: check failed: ${gate.name}: expected at most ${gate.limit}, found ${gate.found}\n`,
  );
  if (failure !== null) complaints.push(`hundredblock: ${failure.code}: ${failure.message}\n`);
  const exitCode = failed.length > 0 ? EXIT.failed : EXIT.done;
  return {
    stdout: json ? `${JSON.stringify(record)}\n` : page,
    stderr: (json ? page : '') + complaints.join(''),
    exitCode: failure?.exitCode ?? (record.partial === true ? EXIT.interrupted : exitCode),
  };
}

/** Prints the ending and answers its exit code. */
export async function finish(results: Results): Promise<number> {
  const { stdout, stderr, exitCode } = describeEnding(results);
  await write(process.stdout, stdout);
  await write(process.stderr, stderr);
  return exitCode;
}

/** Columns that a summary is laid out for: the terminal's, from 60 to 140, or 100 in a file or a pipe. */
export function summaryWidth(): number {
  return Math.max(60, Math.min(140, process.stdout.columns ?? 100));
}

/** The error for a run that its target ended (`stopped` says how); null if it went to its end or its user interrupted it. */
export function targetFailure(stopped: string | null, isInterrupted: boolean): HundredblockError | null {
  return stopped === null || isInterrupted ? null : new HundredblockError('HB_TARGET', stopped);
}
