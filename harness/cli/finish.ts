/** How a command that made a record ends: what it prints, and its exit code. */
import { join } from 'node:path';
import { EXIT, type HundredblockError } from '../../contract/errors.ts';
import { write } from './write.ts';

export interface Made {
  record: { partial?: boolean; gates?: { name: string; limit: number; found: number; ok: boolean }[] };
  /** The summary in lines; null where --quiet asked for none. */
  summary: string[] | null;
  outDir: string;
  json: boolean;
  /** What ended the run early, other than its user; null or left out where nothing did. */
  failure?: HundredblockError | null;
}

export interface Ending {
  stdout: string;
  stderr: string;
  exitCode: number;
}

/**
 * With --json the record alone goes to stdout and all else to stderr. Ends as the failure says that ended the run, 130 for a record that is partial
 * by its user's will, 1 where a gate is not ok (each named on stderr), else 0.
 */
export function endingOf({ record, summary, outDir, json, failure = null }: Made): Ending {
  const told = summary === null ? '' : [...summary, '', `Report: ${join(outDir, 'report.html')}`, ''].join('\n');
  const failed = (record.gates ?? []).filter((gate) => !gate.ok);
  const complaints = failed.map(
    (gate) => `hundredblock: check failed: ${gate.name}: expected at most ${gate.limit}, found ${gate.found}\n`,
  );
  if (failure !== null) complaints.push(`hundredblock: ${failure.code}: ${failure.message}\n`);
  const exitCode = failed.length > 0 ? EXIT.failed : EXIT.done;
  return {
    stdout: json ? `${JSON.stringify(record)}\n` : told,
    stderr: (json ? told : '') + complaints.join(''),
    exitCode: failure?.exitCode ?? (record.partial === true ? EXIT.interrupted : exitCode),
  };
}

/** Prints the ending and answers its exit code. */
export async function finish(made: Made): Promise<number> {
  const { stdout, stderr, exitCode } = endingOf(made);
  await write(process.stdout, stdout);
  await write(process.stderr, stderr);
  return exitCode;
}

/** Columns to lay a summary out for: the terminal's, within reason, or 100 in a file or a pipe. */
export function summaryWidth(): number {
  return Math.max(60, Math.min(140, process.stdout.columns ?? 100));
}
