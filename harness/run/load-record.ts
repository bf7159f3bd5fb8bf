/** The record and the files of a load run, made from the world's own run and the judgement of the observations. */
import { join } from 'node:path';
import { EMPTY_ROSTER } from '../../contract/roster.ts';
import { DELAY_STAGES } from '../../contract/record/kinds.ts';
import type { AlertLine } from '../../contract/record/lines.ts';
import type { Quantiles } from '../../contract/record/measures.ts';
import type { RunRecord } from '../../contract/record/run-record.ts';
import type { JudgedRun } from '../judge/judge.ts';
import { outcomeGates } from '../judge/same-outcome.ts';
import { measureRun, type RecordMeasures } from '../engine/measures.ts';
import { quantilesOf } from '../../stats/quantiles.ts';
import { OPEN_METRICS_FILE, writeOpenMetrics } from '../report/metrics/open-metrics.ts';
import type { RunSamples } from '../report/metrics/run-families.ts';
import type { OracleConfig } from '../../oracle/oracle-api.ts';
import { createOracle } from '../../oracle/oracle.ts';
import type { Recorded } from '../trace/trace-api.ts';
import type { ShardResult } from '../engine/shard-result.ts';
import { recordHead, sortAlertLines, writeRun, type RunStart } from './write-run.ts';

/** A load run that has started. */
export interface LoadStart extends RunStart {
  id: string;
  /** Folder for the run's files. */
  outDir: string;
}

/** Simulated delays of the window's alerts, by stage, from the world's own run. */
export function windowDelays(recorded: Recorded): Record<string, Quantiles> {
  const delays = delaysOf(alertsWithin(recorded));
  return Object.fromEntries(DELAY_STAGES.map((stage) => [stage, quantilesOf(delays[stage])]));
}

/** A load run, with or without deliveries. */
export interface LoadRun extends Omit<RunSamples, 'wall' | 'shards'> {
  shards: readonly ShardResult[];
  lines: AlertLine[];
}

/** The run of a trace that was driven and judged. `wallMs`: wall time since its start. */
export function makeLoadRun(start: LoadStart, recorded: Recorded, judged: JudgedRun, wallMs: number): LoadRun {
  const inWindow = alertsWithin(recorded);
  const lines = sortAlertLines(judged.judgement.lines);
  addDelays(lines, inWindow);
  const { shards } = recorded;
  const faults = shards.flatMap((s) => s.faults);
  const figures = measureRun(start.scenario, shards, {
    judgements: [judged.judgement],
    lines,
    faults,
    receipts: [judged.receipts],
    delays: [delaysOf(inWindow)],
  });
  return { record: makeRecord(start, recorded, figures, judged, wallMs), lines, faults, shards };
}

/** The run if nothing was sent: it tells of the world alone, and is partial. */
export function makeUndrivenRun(start: LoadStart, recorded: Recorded, wallMs: number): LoadRun {
  const { shards, header } = recorded;
  const none = createOracle({ ...NOBODY, toleranceMs: 0, latenessMsMax: 0 }).judge({ record: () => null });
  const faults = shards.flatMap((s) => s.faults);
  const figures = measureRun(start.scenario, shards, {
    judgements: [none],
    lines: [],
    faults,
    receipts: [],
    delays: [delaysOf([])],
  });
  const record: RunRecord = {
    ...recordHead(start, shards, wallMs, figures.events.withoutMotions),
    id: start.id,
    partial: true,
    simulated: { startMs: start.scenario.startMs, endMs: recorded.partial ? header.untilMs : header.fromMs },
    ...figures,
  };
  return { record, lines: [], faults, shards };
}

/** Writes the run directory's files, and answers all figures that the metrics show. Throws what the file system throws. */
export async function writeLoadRun(
  { outDir }: Pick<LoadStart, 'outDir'>,
  run: LoadRun,
  wall: RunSamples['wall'],
): Promise<RunSamples> {
  await writeRun(outDir, run);
  const figures: RunSamples = { ...run, wall };
  await writeOpenMetrics(figures, join(outDir, OPEN_METRICS_FILE));
  return figures;
}

// --- internal ---

type Delays = ShardResult['delays'];

const NOBODY: Pick<OracleConfig, 'agencies' | 'roster' | 'runKey' | 'bodyLengthMax'> = {
  agencies: [],
  roster: EMPTY_ROSTER,
  runKey: 'none',
  bodyLengthMax: 0,
};

/** The window's alerts in the world's own run, which have the simulated delays. */
function alertsWithin({ shards, header }: Recorded): AlertLine[] {
  return shards
    .flatMap((s) => s.judgement.lines)
    .filter((line) => line.msgType === 'Alert' && line.sentMs >= header.fromMs && line.sentMs < header.untilMs);
}

function delaysOf(lines: readonly AlertLine[]): Delays {
  return Object.fromEntries(
    DELAY_STAGES.map((stage) => [stage, lines.flatMap((line) => line.delayMs[stage] ?? [])]),
  ) as Delays;
}

/** Copies the delays of the world's own run: an alert has the same incidents on both clocks. */
function addDelays(lines: readonly AlertLine[], virtual: readonly AlertLine[]): void {
  const known = new Map(virtual.map((line) => [line.incidents, line.delayMs]));
  for (const line of lines) if (line.msgType === 'Alert') line.delayMs = known.get(line.incidents) ?? {};
}

function makeRecord(
  start: LoadStart,
  recorded: Recorded,
  figures: RecordMeasures,
  judged: JudgedRun,
  wallMs: number,
): RunRecord {
  const { shards } = recorded;
  const { gaps } = judged.load.deliveries;
  const gates = [
    ...figures.gates,
    { name: 'streamGaps', limit: 0, found: gaps, ok: gaps === 0 },
    ...(judged.stopped === null ? outcomeGates(judged.sameOutcome) : []),
  ];
  return {
    ...recordHead(start, shards, wallMs, figures.events.withoutMotions),
    id: start.id,
    partial: judged.stopped !== null,
    simulated: {
      startMs: start.scenario.startMs,
      endMs: judged.stopped === null ? recorded.header.untilMs : judged.endMs,
    },
    ...figures,
    gates,
    generatorLagMs: judged.generatorLagMs,
    latencyMs: judged.latencyMs,
    sameOutcome: judged.sameOutcome,
    load: judged.load,
  };
}
