/**
 * The first difference of two runs: compares their records, finds the first checkpoint that differs, and runs both again up to there to
 * name the first event that differs.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunRecord } from '../../contract/record/run-record.ts';
import type { Scenario } from '../../contract/scenario.ts';
import { formatIso, HOUR_MS } from '../../contract/time.ts';
import { KIND } from '../../simulator/kernel/kinds.ts';
import { diffRuns, type RunDiff } from '../records/diff.ts';
import type { TracedEvent } from '../engine/shard-result.ts';
import { traceWindow } from '../engine/simulate.ts';

const FIELDS_SHOWN_MAX = 12;
/** An event must follow the window within this time, or the last event of the window can't be judged. */
const LOOKAHEAD_MS = HOUR_MS;

/** The difference of two run directories in lines for a terminal; `same` if every exact field is equal. Throws HB_RECORD_FILE if one holds no run. */
export async function describeDifference(dirA: string, dirB: string): Promise<{ same: boolean; lines: string[] }> {
  const comparison = await diffRuns(dirA, dirB);
  const lines = summaryLines(comparison);
  const { firstDifference } = comparison;
  if (firstDifference === null) return { same: comparison.exactDifferences.length === 0, lines };
  const { agency, fromMs, untilMs } = firstDifference;
  lines.push(
    `First differing window: ${agency}, ${formatIso(fromMs)} to ${formatIso(untilMs)} (checkpoint ${firstDifference.checkpoint}).`,
  );
  const [a, b] = await Promise.all([dirA, dirB].map((dir) => retrace(dir, agency, fromMs, untilMs)));
  lines.push(...firstEventLines(agency, a, b));
  return { same: false, lines };
}

// --- internal ---

function summaryLines(c: RunDiff): string[] {
  const lines = [c.equalInputs ? 'Same scenario, options and seed.' : 'Different scenario, options or seed.'];
  lines.push(c.sameHash ? 'Same history hash.' : 'Different history hashes.');
  if (c.exactDifferences.length === 0) lines.push('All exact fields are equal.');
  for (const d of c.exactDifferences.slice(0, FIELDS_SHOWN_MAX)) lines.push(`  ${d.path}: ${show(d.a)} | ${show(d.b)}`);
  const more = c.exactDifferences.length - FIELDS_SHOWN_MAX;
  if (more > 0) lines.push(`  ... and ${more} more exact fields differ.`);
  return lines;
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'absent';
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** The window's events and the one after them: its hash shows the effect of the window's last event. */
async function retrace(dir: string, agency: string, fromMs: number, untilMs: number): Promise<TracedEvent[]> {
  const record = JSON.parse(await readFile(join(dir, 'run.json'), 'utf8')) as RunRecord;
  const events = await traceWindow(
    record.scenario.options as Scenario,
    record.seed,
    agency,
    fromMs,
    untilMs + LOOKAHEAD_MS,
  );
  const after = events.findIndex((e) => e.timeMs >= untilMs);
  return after === -1 ? events : events.slice(0, after + 1);
}

function firstEventLines(agency: string, a: readonly TracedEvent[], b: readonly TracedEvent[]): string[] {
  for (let i = 0; i < Math.max(a.length, b.length); i += 1) {
    const [x, y] = [a[i], b[i]];
    if (x !== undefined && y !== undefined && eventText(x) === eventText(y)) {
      // The hash is taken before an event: if it differs, the event before had another outcome.
      const next = [a[i + 1], b[i + 1]];
      if (next[0]?.hash === next[1]?.hash || next[0] === undefined || next[1] === undefined) continue;
      return [
        `First differing event: number ${i + 1} of the window in ${agency}: ${eventText(x)}; the same event in both, with another outcome.`,
      ];
    }
    return [
      `First differing event: number ${i + 1} of the window in ${agency}:`,
      `  A: ${x === undefined ? 'none' : eventText(x)}`,
      `  B: ${y === undefined ? 'none' : eventText(y)}`,
    ];
  }
  return [
    'Run again, both give the same events in that window: this code reproduces at most one of them (compare code.gitCommit and host).',
  ];
}

function eventText(e: TracedEvent): string {
  const kind = Object.entries(KIND).find(([, number]) => number === e.kind)?.[0] ?? String(e.kind);
  return `${formatIso(e.timeMs, 0, true)} ${kind} entity ${e.entity} ordinal ${e.ordinal}`;
}
