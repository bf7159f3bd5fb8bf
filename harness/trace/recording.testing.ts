/** Traces for tests. Each is recorded into a folder of its own; `removeTraces` removes them all. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TraceInput, TruthLine } from '../../contract/trace.ts';
import type { Scenario } from '../../contract/scenario.ts';
import { MINUTE_MS } from '../../contract/time.ts';
import { resolveScenario } from '../options/resolve.ts';
import type { Recorded, Trace } from './trace-api.ts';
import { openTrace } from './read.ts';
import { recordTrace } from './record.ts';

/**
 * A small world with every dialect and every fault: 3,000 people an agency, and enough incidents for a few alerts an hour. A portal replaces one feed after
 * 2.4 hours, and one feed ends after 4.
 */
export const SMALL_FAULTY: readonly string[] = [
  ...[0, 1, 2, 3, 4, 5].map((i) => `agencies.${i}.personsPerAgency=3000`),
  'agencies.4.withdrawAfterDays=0.17',
  'agencies.5.withdrawAfterDays=0.1',
  'intensity.incidents=60',
  'intensity.staffing=60',
  'faults.outagesPerDay=6',
  'people.appUserShareOfPersons=0.1',
  'people.doorbellShareOfHouseholds=0.05',
  'reactions.openShare=0.2',
  'policy.review=auto',
  'policy.retainMs=5400000',
];

const folders: string[] = [];

export function removeTraces(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

export async function record(
  scenario: Scenario,
  fromMin: number,
  windowMin: number,
  seed = 1,
): Promise<Recorded & { trace: Trace }> {
  const dir = mkdtempSync(join(tmpdir(), 'hundredblock-trace-'));
  folders.push(dir);
  const fromMs = scenario.startMs + fromMin * MINUTE_MS;
  const recorded = await recordTrace({ scenario, seed, fromMs, windowMs: windowMin * MINUTE_MS, dir });
  return { ...recorded, trace: await openTrace(dir) };
}

export function recordNamed(name: string, sets: readonly string[], fromMin: number, windowMin: number, seed = 1) {
  return record(resolveScenario(name, [...sets]), fromMin, windowMin, seed);
}

export async function inputsOf(trace: Trace): Promise<TraceInput[]> {
  const inputs: TraceInput[] = [];
  for await (const { line, input } of trace.inputs()) {
    if (line !== inputs.length) throw new Error(`expected line ${inputs.length}, found ${line}`);
    inputs.push(input);
  }
  return inputs;
}

export async function truthOf(trace: Trace): Promise<TruthLine[]> {
  const lines: TruthLine[] = [];
  for await (const line of trace.truth()) lines.push(line);
  return lines;
}

export function only<K extends TraceInput['kind']>(
  inputs: readonly TraceInput[],
  kind: K,
): (TraceInput & { kind: K })[] {
  return inputs.filter((i): i is TraceInput & { kind: K } => i.kind === kind);
}
