/** What was done to the feeds on purpose, and whether every bit of it is accounted for. */
import type { RunRecord } from '../../../contract/record/run-record.ts';
import type { FaultTally } from '../fault-tally.ts';
import { countText } from '../../records/number-text.ts';
import { html, type Html } from '../html.ts';
import { paragraph, table } from '../markup.ts';
import type { PageSection } from '../page.ts';
import { becameText, FAULT_WORDS } from '../words.ts';

export function faultSection(record: RunRecord, tally: FaultTally): PageSection {
  const kinds = Object.keys(record.faults).sort();
  const injected = kinds.filter((kind) => record.faults[kind].injected > 0);
  const loose = kinds.filter((kind) => record.faults[kind].accounted !== record.faults[kind].injected);
  const text =
    injected.length === 0
      ? 'No fault was injected into any feed.'
      : loose.length === 0
        ? 'Every fault that was injected into a feed is accounted for.'
        : `Faults of these kinds are not all accounted for: ${loose.join(', ')}.`;
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
    { head: 'What it is' },
    { head: 'Injected', numeric: true },
    { head: 'Accounted', numeric: true },
  ];
  return table('Faults by kind', columns, rows);
}

function outcomeTable(tally: FaultTally): Html {
  const rows = tally.flatMap(({ kind, became }) => became.map((o) => [kind, countText(o.count), becameText(o.became)]));
  return table(
    'What became of them',
    [{ head: 'Fault' }, { head: 'Times', numeric: true }, { head: 'What became of it' }],
    rows,
  );
}
