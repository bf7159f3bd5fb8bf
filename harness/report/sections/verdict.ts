/** What the run is worth, before anything else is read: passed, failed, or cut short. */
import type { RunRecord } from '../../../contract/record/run-record.ts';
import { countText, momentText } from '../../records/number-text.ts';
import { details, escapeHtml, table } from '../markup.ts';
import type { PageSection } from '../page.ts';
import { runHeading } from './headline.ts';

/** Of the run, and of the run on the wire that is shown with it. */
export function verdictSection(record: RunRecord, wire: RunRecord | null): PageSection {
  const body =
    wire === null
      ? verdictOf(record)
      : `${runHeading(record, 'in virtual time')}${verdictOf(record)}\n${runHeading(wire, 'on the wire')}${verdictOf(wire)}`;
  return { id: 'verdict', title: 'Verdict', body };
}

// --- internal ---

function verdictOf(record: RunRecord): string {
  const failed = record.gates.filter((gate) => !gate.ok);
  const total = record.gates.length;
  const banners: string[] = [];
  if (record.partial) {
    const until = momentText(record.simulated.endMs);
    banners.push(
      banner('note', 'Partial run.', `It was interrupted: every figure counts what happened until ${until}.`),
    );
  }
  if (failed.length > 0) {
    const items = failed.map(
      (g) => `<li>${escapeHtml(`${g.name}: found ${numberText(g.found)}, allowed ${numberText(g.limit)}`)}</li>`,
    );
    banners.push(
      banner('bad', 'Failed.', `${failed.length} of ${total} gates were not kept:`, `<ul>${items.join('')}</ul>`),
    );
  } else if (total > 0) {
    banners.push(banner('ok', 'Passed.', `All ${total} gates were kept.`));
  } else {
    banners.push(banner('note', 'Not judged.', 'The scenario sets no budget, so that no gate could fail.'));
  }
  const rows = record.gates.map((g) => [
    escapeHtml(g.name),
    numberText(g.limit),
    numberText(g.found),
    g.ok ? 'kept' : '<strong>not kept</strong>',
  ]);
  const columns = [
    { head: 'Gate' },
    { head: 'Allowed at most', numeric: true },
    { head: 'Found', numeric: true },
    { head: 'Verdict' },
  ];
  const gates =
    total === 0 ? '' : details('All gates', table("The scenario's budgets against what was found", columns, rows));
  return banners.join('\n') + gates;
}

function banner(kind: 'ok' | 'bad' | 'note', word: string, rest: string, list = ''): string {
  return `<div class="banner ${kind}"><strong>${escapeHtml(word)}</strong> ${escapeHtml(rest)}${list}</div>`;
}

function numberText(value: number): string {
  return countText(value, Number.isInteger(value) ? 0 : 2);
}
