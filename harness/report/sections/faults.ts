/** The section on faults: what was injected into the feeds, and whether all of it is accounted for. */
import type { FaultLine } from '../../../contract/record/lines.ts';
import type { RunRecord } from '../../../contract/record/run-record.ts';
import { countText } from '../../records/number-text.ts';
import { html, type Html } from '../html.ts';
import { paragraph, table } from '../markup.ts';
import type { PageSection } from '../page.ts';
import { becameText, FAULT_WORDS } from '../words.ts';

/** Number of faults by kind and outcome, in the order of their names. */
export type FaultTally = { kind: string; became: { became: string; count: number }[] }[];

/** Counts faults without keeping them. */
export async function tallyFaults(lines: AsyncIterable<FaultLine>): Promise<FaultTally> {
  const kinds = new Map<string, Map<string, number>>();
  for await (const line of lines) {
    const outcomes = kinds.get(line.kind) ?? new Map<string, number>();
    kinds.set(line.kind, outcomes);
    outcomes.set(line.became, (outcomes.get(line.became) ?? 0) + 1);
  }
  const byName = <V>(map: Map<string, V>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
  return byName(kinds).map(([kind, outcomes]) => ({
    kind,
    became: byName(outcomes).map(([became, count]) => ({ became, count })),
  }));
}

export function faultSection(record: RunRecord, tally: FaultTally): PageSection {
  const kinds = Object.keys(record.faults).sort();
  const injected = kinds.filter((kind) => record.faults[kind].injected > 0);
  const loose = kinds.filter((kind) => record.faults[kind].accounted !== record.faults[kind].injected);
  const text =
    injected.length === 0
      ? 'No fault was injected into any feed.'
      : loose.length === 0
        ? "Every fault that was injected into a feed shows in the target's answers."
        : `Not every fault of these kinds is accounted for: ${loose.join(', ')}.`;
  const tables = injected.length === 0 ? [] : [faultTable(record, kinds), outcomeTable(tally)];
  return { id: 'faults', title: 'Feed faults', body: html`${paragraph(text)}${tables}` };
}

// --- internal ---

function faultTable(record: RunRecord, kinds: string[]): Html {
  const words = FAULT_WORDS as Readonly<Record<string, string>>;
  const rows = kinds.map((kind) => {
    const { accounted, injected } = record.faults[kind];
    const found = accounted === injected ? countText(accounted) : html`<strong>${countText(accounted)}</strong>`;
    return [kind, words[kind] ?? '', countText(injected), found];
  });
  const columns = [
    { head: 'Fault' },
    { head: 'Meaning' },
    { head: 'Injected', numeric: true },
    { head: 'Accounted', numeric: true },
  ];
  return table('Faults by kind', columns, rows);
}

function outcomeTable(tally: FaultTally): Html {
  const rows = tally.flatMap(({ kind, became }) => became.map((o) => [kind, countText(o.count), becameText(o.became)]));
  return table('Outcomes of faults', [{ head: 'Fault' }, { head: 'Times', numeric: true }, { head: 'Outcome' }], rows);
}
