/** Reads the members of one side of a comparison: from run folders, run records, committed baselines or files of trials. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { HundredblockError } from '../../../contract/errors.ts';
import type { RunRecord } from '../../../contract/record/run-record.ts';
import { checkRunRecord, readJson } from '../../records/run-folder.ts';
import { BASELINE_SCHEMA } from './baseline.ts';
import { virtualValues, wireValues, wireViolations, type MeasuredValues, type Violations } from './measures.ts';
import { optionsSha256 } from './trial-trace.ts';
import { readTrials, type Trial, type TrialsHead } from './trials.ts';

/** Name of the file of trials in a comparison's folder. */
export const TRIALS_FILE = 'trials.jsonl';

/** A run or a trial, which a comparison counts as one of its side. */
export interface Member {
  /** Path that it was read from, for messages. */
  from: string;
  values: MeasuredValues;
  /** Null for a run in virtual time, which is compared field by field. */
  violations: Violations | null;
  /** Null for a trial: no record of it was kept. */
  record: RunRecord | null;
  /** Members of both sides with the same block ran one soon after the other; null if that is not known. */
  block: string | null;
  kind: 'wire' | 'virtual';
  /** The same for all members that can be compared. */
  inputs: { scenario: string; seed: number; optionsSha256: string; traceSha256: string | null };
  host: RunRecord['host'];
  /** Driver by name, `hundredblock` or `k6`; null in virtual time. */
  driver: string | null;
  bottleneck: string | null;
}

/**
 * The members that a path stands for: the trials of a `.jsonl` file or of a folder with one, a run record, a baseline, a run folder, or
 * a folder of run folders. Throws HB_RECORD_FILE, and HB_BASELINE if a run is partial or its loop was closed.
 */
export function readMembers(path: string, side: 'a' | 'b'): Member[] {
  const trials = path.endsWith('.jsonl') ? path : join(path, TRIALS_FILE);
  if (trials === path || existsSync(trials)) {
    const { head, trials: all } = readTrials(trials);
    return sideOf(all, side).map((trial) => memberOfTrial(trials, head, trial));
  }
  if (!existsSync(path) || !statSync(path).isDirectory()) return [memberOfFile(path)];
  const file = join(path, 'run.json');
  if (existsSync(file)) return [memberOfFile(file)];
  const within = readdirSync(path)
    .sort()
    .map((name) => join(path, name, 'run.json'))
    .filter((name) => existsSync(name));
  if (within.length > 0) return within.map(memberOfFile);
  throw new HundredblockError(
    'HB_RECORD_FILE',
    `${path}: expected run.json, ${TRIALS_FILE} or folders with a run.json each, found none`,
  );
}

/** A trial as a member. `from`: the file of trials; trials of one file and block are a pair. */
export function memberOfTrial(from: string, head: TrialsHead, trial: Trial): Member {
  const { scenario, seed, host } = head;
  return {
    from,
    values: trial.figures,
    violations: trial.violations,
    record: null,
    block: `${from} ${trial.block}`,
    kind: 'wire',
    inputs: { scenario, seed, optionsSha256: head.optionsSha256, traceSha256: head.traceSha256 },
    host,
    driver: 'hundredblock',
    bottleneck: trial.bottleneck,
  };
}

// --- internal ---

/** A file with trials of one build alone, such as the pools, stands for either side. */
function sideOf(trials: readonly Trial[], side: 'a' | 'b'): readonly Trial[] {
  const own = trials.filter((trial) => trial.side === side);
  return own.length > 0 ? own : trials;
}

function memberOfFile(file: string): Member {
  const value = readJson(file);
  const isBaseline = (value as { schema?: unknown } | null)?.schema === BASELINE_SCHEMA;
  const record = checkRunRecord(file, isBaseline ? (value as { record: unknown }).record : value);
  if (record.partial)
    throw new HundredblockError('HB_BASELINE', `${file}: expected a run that went to its end, found a partial one`);
  if (record.load?.closedLoop === true)
    throw new HundredblockError(
      'HB_BASELINE',
      `${file}: expected an open loop, found a closed one, which its seed does not repeat`,
    );
  const { scenario, seed, host, load, latencyMs, sameOutcome } = record;
  const inputs = { scenario: scenario.name, seed, optionsSha256: optionsSha256(scenario.options) };
  if (load === undefined || latencyMs === undefined || sameOutcome === undefined)
    return {
      from: file,
      record,
      host,
      block: null,
      violations: null,
      driver: null,
      bottleneck: null,
      kind: 'virtual',
      values: virtualValues(record),
      inputs: { ...inputs, traceSha256: null },
    };
  return {
    from: file,
    record,
    host,
    block: null,
    bottleneck: load.bottleneck.verdict,
    kind: 'wire',
    values: wireValues({ latencyMs, load }, { cpuMs: null, rssPeakMiB: load.targetProcess.rssMiB?.peak ?? null }),
    violations: wireViolations({ ...record, sameOutcome }, load),
    driver: load.driver.split(' ')[0],
    inputs: { ...inputs, traceSha256: load.traceSha256 },
  };
}
