/**
 * The package's face: `import { simulate, judge, createOracle } from 'hundredblock'`. docs/reference/library.md has an example of each. What stands here
 * keeps its name and meaning within a major version; nothing else of the package is for import.
 */
import type { CreatePipeline } from '../../contract/pipeline.ts';
import type { RunRecord } from '../../contract/record/run-record.ts';
import { resolveScenario } from '../options/resolve.ts';
import { commandLine } from '../records/command-line.ts';
import { withTempFolder } from '../io/temp-folder.ts';
import { judgeObservations } from '../run/judging.ts';
import { runScenario } from '../run/run.ts';

export { HundredblockError, type ErrorCode } from '../../contract/errors.ts';
export type * from '../../contract/pipeline.ts';
export type { RunRecord } from '../../contract/record/run-record.ts';
export type * from '../../oracle/oracle-api.ts';
export { createOracle } from '../../oracle/oracle.ts';

export interface SimulateOptions {
  /** Name of a scenario that ships, such as `smoke`, or path of a `.json` file. */
  scenario: string;
  /** Overrides such as `people.doorbellShare=0.2`, applied in order. None if left out. */
  set?: readonly string[];
  /** A whole number from 0; 1 if left out. */
  seed?: number;
  /** Simulated days; the scenario's if left out. */
  days?: number;
  /** The system under test; the reference pipeline if left out. It runs in this thread. */
  pipeline?: CreatePipeline;
  /** Threads that share the agencies out among them; 1 if left out. A `pipeline` of your own allows only 1: a function can't cross threads. */
  workers?: number;
  /** Folder for what `hundredblock simulate --out` writes, made if it does not exist. If left out, nothing is written. */
  outDir?: string;
  /** Ends the run early: the record says `partial: true`. */
  signal?: AbortSignal;
  /** Called now and then. `fraction` goes from 0 to 1. */
  onProgress?: (fraction: number, text: string) => void;
}

/**
 * Runs a scenario in virtual time and judges every alert. Scenario, options, seed and version decide all but the record's facts about
 * the machine. Throws HundredblockError: HB_SCENARIO_UNKNOWN, HB_OPTION_UNKNOWN, HB_OPTION_VALUE or HB_USAGE for what was asked.
 */
export async function simulate(options: SimulateOptions): Promise<RunRecord> {
  const {
    scenario: name,
    set = [],
    seed = 1,
    days,
    pipeline,
    workers = 1,
    outDir = null,
    signal,
    onProgress,
  } = options;
  const scenario = resolveScenario(name, [...set], { seed, days });
  const words = ['simulate', name, '--seed', String(seed), ...(days === undefined ? [] : ['--days', String(days)])];
  const { record } = await runScenario({
    scenario,
    seed,
    workers,
    command: commandLine([...words, ...set.flatMap((one) => ['--set', one])]),
    outDir,
    create: pipeline,
    signal,
    onProgress: (fraction, _simulatedMs, text) => onProgress?.(fraction, text),
  });
  return record;
}

export interface JudgeOptions {
  /** What a driver wrote while it sent the trace: the files of docs/reference/trace.md, from `sends.jsonl` on, or those of k6's scripts. */
  observationsDir: string;
  /** The trace that the driver sent. */
  traceDir: string;
  /** Folder for what `hundredblock judge --out` writes, made if it does not exist. If left out, nothing is kept. */
  outDir?: string;
  /** Called now and then. `fraction` goes from 0 to 1. */
  onProgress?: (fraction: number, text: string) => void;
}

export interface JudgedRun {
  record: RunRecord;
  /** Why the driver stopped early; null if it went to the end of the trace. */
  stopped: string | null;
}

/**
 * Judges what any driver saw of a trace, as `hundredblock load` does at its end; nothing is sent. Throws HundredblockError: HB_TRACE
 * if trace or observations can't be read or don't belong together.
 */
export async function judge({ observationsDir, traceDir, outDir, onProgress }: JudgeOptions): Promise<JudgedRun> {
  const command = commandLine(['judge', observationsDir, '--trace', traceDir]);
  const into = async (dir: string): Promise<JudgedRun> => {
    const { record, stopped } = await judgeObservations({
      traceDir,
      observationsDir,
      command,
      outDir: dir,
      onProgress,
    });
    return { record, stopped };
  };
  return outDir === undefined ? withTempFolder('hundredblock-judge-', into) : into(outDir);
}
