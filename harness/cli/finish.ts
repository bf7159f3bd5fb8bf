/** How a command that made a record ends: what it prints, and its exit code. */
import { join } from 'node:path';
import { EXIT } from '../../contract/errors.ts';
import { write } from './write.ts';

export interface Ending {
  record: { partial?: boolean; gates?: { name: string; limit: number; found: number; ok: boolean }[] };
  /** The summary in lines; null where --quiet asked for none. */
  summary: string[] | null;
  outDir: string;
  json: boolean;
}

/**
 * With --json the record alone goes to stdout and all else to stderr. Answers 130 for a partial record, 1 where a gate is not ok
 * (each named on stderr), else 0.
 */
export async function finish({ record, summary, outDir, json }: Ending): Promise<number> {
  if (summary !== null) {
    await write(
      json ? process.stderr : process.stdout,
      `${[...summary, '', `Report: ${join(outDir, 'report.html')}`].join('\n')}\n`,
    );
  }
  if (json) await write(process.stdout, `${JSON.stringify(record)}\n`);
  const failed = (record.gates ?? []).filter((gate) => !gate.ok);
  const lines = failed.map(
    (gate) => `hundredblock: check failed: ${gate.name}: expected at most ${gate.limit}, found ${gate.found}\n`,
  );
  await write(process.stderr, lines.join(''));
  if (record.partial === true) return EXIT.interrupted;
  return failed.length > 0 ? EXIT.failed : EXIT.done;
}

/** Columns to lay a summary out for: the terminal's, within reason, or 100 in a file or a pipe. */
export function summaryWidth(): number {
  return Math.max(60, Math.min(140, process.stdout.columns ?? 100));
}
