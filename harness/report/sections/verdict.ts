/** The section that comes first: the run passed, failed, or was cut short. */
import type { RunRecord } from '../../../contract/record/run-record.ts';
import { countText, momentText } from '../../records/number-text.ts';
import { html, joinLines, type Html, type HtmlValue } from '../html.ts';
import { banner, details, table } from '../markup.ts';
import type { PageSection } from '../page.ts';
import { runHeading } from './headline.ts';

/** The verdict on the run, and on the run on the wire that is shown with it, if there is one. */
export function verdictSection(record: RunRecord, wire: RunRecord | null): PageSection {
  const body =
    wire === null
      ? verdictBanners(record)
      : html`${runHeading(record, 'in virtual time')}${verdictBanners(record)}\n${runHeading(wire, 'on the wire')}${verdictBanners(wire)}`;
  return { id: 'verdict', title: 'Verdict', body };
}

// --- internal ---

function verdictBanners(record: RunRecord): Html {
  const failed = record.gates.filter((gate) => !gate.ok);
  const total = record.gates.length;
  const banners: Html[] = [];
  if (record.partial) {
    const until = momentText(record.simulated.endMs);
    banners.push(
      remark('note', 'Partial run.', `It was interrupted: every number counts what happened until ${until}.`),
    );
  }
  if (failed.length > 0) {
    const items = failed.map(
      (g) => html`<li>${g.name}: found ${numberText(g.found)}, allowed ${numberText(g.limit)}</li>`,
    );
    banners.push(remark('bad', 'Failed.', html`${failed.length} of ${total} gates were not kept:<ul>${items}</ul>`));
  } else if (total > 0) {
    banners.push(remark('ok', 'Passed.', `All ${total} gates were kept.`));
  } else {
    banners.push(remark('note', 'Not judged.', 'The scenario sets no budget, so no gate could fail.'));
  }
  const rows = record.gates.map((g) => [
    g.name,
    numberText(g.limit),
    numberText(g.found),
    g.ok ? 'kept' : html`<strong>not kept</strong>`,
  ]);
  const columns = [
    { head: 'Gate' },
    { head: 'Allowed at most', numeric: true },
    { head: 'Found', numeric: true },
    { head: 'Verdict' },
  ];
  const gates =
    total === 0 ? '' : details('All gates', table("The scenario's budgets, and what was found", columns, rows));
  return html`${joinLines(banners)}${gates}`;
}

function remark(kind: 'ok' | 'bad' | 'note', word: string, rest: HtmlValue): Html {
  return banner(kind, html`<strong>${word}</strong> ${rest}`);
}

function numberText(value: number): string {
  return countText(value, Number.isInteger(value) ? 0 : 2);
}
