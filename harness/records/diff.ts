/** The differences of two run directories: exact fields, and the first checkpoint at which their histories part. */
import { isDeepStrictEqual } from 'node:util';
import { RunRecordSchema, type RunRecord } from '../../contract/record/run-record.ts';
import { readCheckpoints, readRunRecord, type CheckpointLine } from './run-folder.ts';

/** A single value that differs. */
export interface Difference {
  /** Dotted path from the record, such as `counts.alerts`. */
  path: string;
  a: unknown;
  b: unknown;
}

/** How two runs differ. */
export interface RunDiff {
  /** True if scenario, options and seed are the same. */
  equalInputs: boolean;
  sameHash: boolean;
  /** Values that differ in fields tagged exact, in the schema's order. */
  exactDifferences: Difference[];
  /** The earliest window in which a history differs; null if all checkpoints agree. */
  firstDifference: { agency: string; checkpoint: number; fromMs: number; untilMs: number } | null;
}

/** Compares two run directories. Throws HB_RECORD_FILE if one holds no run that can be read. */
export async function diffRuns(dirA: string, dirB: string): Promise<RunDiff> {
  const [a, b] = [readRunRecord(dirA), readRunRecord(dirB)];
  const [checkpointsA, checkpointsB] = [await allCheckpoints(dirA), await allCheckpoints(dirB)];
  return {
    equalInputs: a.seed === b.seed && isDeepStrictEqual(a.scenario, b.scenario),
    sameHash: a.historyHash === b.historyHash,
    exactDifferences: EXACT_FIELDS.flatMap((field) => differencesIn(field, a, b)),
    firstDifference: firstDifference(checkpointsA, checkpointsB, a.simulated.startMs) ?? lastWindow(a, b, checkpointsA),
  };
}

/** Fields of a record that are equal for equal inputs on any machine, in the schema's order. */
export const EXACT_FIELDS: readonly (keyof RunRecord)[] = (
  Object.entries(RunRecordSchema.properties) as [keyof RunRecord, { 'x-tag'?: string }][]
).flatMap(([name, schema]) => (schema['x-tag'] === 'exact' ? [name] : []));

/** Values that differ within one field. */
export function differencesIn(field: keyof RunRecord, a: RunRecord, b: RunRecord): Difference[] {
  const differences: Difference[] = [];
  collect(field, a[field], b[field], differences);
  return differences;
}

// --- internal ---

function collect(path: string, a: unknown, b: unknown, into: Difference[]): void {
  if (Object.is(a, b)) return;
  if (typeof a === 'object' && typeof b === 'object' && a !== null && b !== null) {
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      collect(`${path}.${key}`, (a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key], into);
    }
    return;
  }
  into.push({ path, a, b });
}

/** Hashes are cumulative: the earliest checkpoint that differs, by time and then agency, ends the first window that differs. */
function firstDifference(
  a: readonly CheckpointLine[],
  b: readonly CheckpointLine[],
  startMs: number,
): RunDiff['firstDifference'] {
  const others = new Map(b.map((c) => [`${c.agency} ${c.checkpoint}`, c]));
  const differing = a.filter((c) => {
    const other = others.get(`${c.agency} ${c.checkpoint}`);
    return other !== undefined && (other.hash !== c.hash || other.untilMs !== c.untilMs);
  });
  differing.sort((x, y) => x.untilMs - y.untilMs || (x.agency < y.agency ? -1 : 1));
  const first = differing[0];
  if (first === undefined) return null;
  const before = a.find((c) => c.agency === first.agency && c.checkpoint === first.checkpoint - 1);
  return {
    agency: first.agency,
    checkpoint: first.checkpoint,
    fromMs: before?.untilMs ?? startMs,
    untilMs: first.untilMs,
  };
}

/** The window after the last checkpoint: it has no hash of its own, so the agencies' hashes at the end of the run decide. */
function lastWindow(a: RunRecord, b: RunRecord, checkpoints: readonly CheckpointLine[]): RunDiff['firstDifference'] {
  if (a.simulated.endMs !== b.simulated.endMs) return null;
  const hashes = new Map(b.agencies.map((agency) => [agency.id, agency.historyHash]));
  const differing = a.agencies.find(({ id, historyHash }) => hashes.has(id) && hashes.get(id) !== historyHash);
  if (differing === undefined) return null;
  const last = checkpoints.findLast((c) => c.agency === differing.id);
  return {
    agency: differing.id,
    checkpoint: last === undefined ? 0 : last.checkpoint + 1,
    fromMs: last?.untilMs ?? a.simulated.startMs,
    untilMs: a.simulated.endMs,
  };
}

async function allCheckpoints(dir: string): Promise<CheckpointLine[]> {
  const lines: CheckpointLine[] = [];
  for await (const line of readCheckpoints(dir)) lines.push(line);
  return lines;
}
