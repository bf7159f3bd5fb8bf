/** What a load run leaves behind: its record and files, from the world's own figures and the judgement of what was seen. */
import { join } from 'node:path';
import { EMPTY_ROSTER } from '../../contract/roster.ts';
import { DELAY_STAGES } from '../../contract/record/kinds.ts';
import type { AlertLine } from '../../contract/record/lines.ts';
import type { Quantiles } from '../../contract/record/measures.ts';
import type { RunRecord } from '../../contract/record/run-record.ts';
import type { JudgedRun } from '../judge/judge.ts';
import { outcomeGates } from '../judge/same-outcome.ts';
import { measureRun } from '../engine/measures.ts';
import { quantilesOf } from '../../stats/quantiles.ts';
import { OPEN_METRICS_FILE, writeOpenMetrics } from '../report/metrics/open-metrics.ts';
import type { RunFigures } from '../report/metrics/run-families.ts';
import type { OracleConfig } from '../../oracle/oracle-api.ts';
import { createOracle } from '../../oracle/oracle.ts';
import type { Recorded } from '../trace/trace-api.ts';
import type { ShardResult } from '../engine/shard-result.ts';
import { headOf, inOrder, writeRun, type Started } from './write-run.ts';

export interface LoadBegan extends Started {
  id: string;
  /** Where the run directory's files go. */
  outDir: string;
}

/** Simulated delays of the window's alerts, by stage, as the world's own run found them. */
export function windowDelays(recorded: Recorded): Record<string, Quantiles> {
  const delays = delaysOf(alertsWithin(recorded));
  return Object.fromEntries(DELAY_STAGES.map((stage) => [stage, quantilesOf(delays[stage])]));
}

/** Of a run that was driven and judged. */
export interface LoadRun extends Omit<RunFigures, 'wall' | 'shards'> {
  shards: readonly ShardResult[];
  lines: AlertLine[];
}

export function loadRunOf(o: LoadBegan, recorded: Recorded, judged: JudgedRun, wallMs: number): LoadRun {
  const inWindow = alertsWithin(recorded);
  const lines = inOrder(judged.judgement.lines);
  addDelays(lines, inWindow);
  const { shards } = recorded;
  const faults = shards.flatMap((s) => s.faults);
  const figures = measureRun(o.scenario, shards, {
    judgements: [judged.judgement],
    lines,
    faults,
    receipts: [judged.receipts],
    delays: [delaysOf(inWindow)],
  });
  return { record: recordOf(o, recorded, figures, judged, wallMs), lines, faults, shards };
}

/** Nothing was sent: the run tells of the world alone. */
export function undrivenRunOf(o: LoadBegan, recorded: Recorded, wallMs: number): LoadRun {
  const { shards, header } = recorded;
  const none = createOracle({ ...NOBODY, toleranceMs: 0, latenessMsMax: 0 }).judge({ record: () => null });
  const faults = shards.flatMap((s) => s.faults);
  const figures = measureRun(o.scenario, shards, {
    judgements: [none],
    lines: [],
    faults,
    receipts: [],
    delays: [delaysOf([])],
  });
  const record: RunRecord = {
    ...headOf(o, shards, wallMs, figures.events.withoutMotions),
    id: o.id,
    partial: true,
    simulated: { startMs: o.scenario.startMs, endMs: recorded.partial ? header.untilMs : header.fromMs },
    ...figures,
  };
  return { record, lines: [], faults, shards };
}

/** Writes the run directory's files. Throws what the file system throws. */
export async function writeLoadRun(
  o: Pick<LoadBegan, 'outDir'>,
  run: LoadRun,
  wall: RunFigures['wall'],
): Promise<RunFigures> {
  await writeRun(o.outDir, run.record, run.shards, run.lines, run.faults);
  const shown: RunFigures = { ...run, wall };
  await writeOpenMetrics(shown, join(o.outDir, OPEN_METRICS_FILE));
  return shown;
}

// --- internal ---

type Delays = ShardResult['delays'];
type RecordMeasures = ReturnType<typeof measureRun>;

const NOBODY: Pick<OracleConfig, 'agencies' | 'roster' | 'runKey' | 'bodyLengthMax'> = {
  agencies: [],
  roster: EMPTY_ROSTER,
  runKey: 'none',
  bodyLengthMax: 0,
};

/** The alerts of the window in the world's own run: the simulated delays are theirs. */
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

/** The same alert bears the same key on both clocks. */
function addDelays(lines: readonly AlertLine[], virtual: readonly AlertLine[]): void {
  const known = new Map(virtual.map((line) => [line.incidents, line.delayMs]));
  for (const line of lines) if (line.msgType === 'Alert') line.delayMs = known.get(line.incidents) ?? {};
}

function recordOf(
  o: LoadBegan,
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
    ...headOf(o, shards, wallMs, figures.events.withoutMotions),
    id: o.id,
    partial: judged.stopped !== null,
    simulated: {
      startMs: o.scenario.startMs,
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
