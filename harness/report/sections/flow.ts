/** The section on records without an alert: refused at the door, suppressed by a rule, rejected in review, or held back. */
import type { RunRecord } from '../../../contract/record/run-record.ts';
import { countText } from '../../records/number-text.ts';
import { joinLines, type Html } from '../html.ts';
import { heading, paragraph, table } from '../markup.ts';
import type { PageSection } from '../page.ts';
import { RECEIPT_WORDS, SUPPRESSION_WORDS, WITHHELD_WORDS } from '../words.ts';

export function flowSection(record: RunRecord): PageSection {
  const { newsroom } = record;
  const desk =
    newsroom.tickets === 0
      ? 'The news team was asked about no alert.'
      : `The news team was asked about ${countText(newsroom.tickets)} alerts. It approved ${countText(newsroom.approved)} and rejected ${countText(newsroom.rejected)}; any others were withdrawn before a decision or were still open at the end. At most ${countText(newsroom.queueMax)} waited for a free reviewer at once.`;
  const body = [
    heading('The news team'),
    paragraph(desk),
    heading('At the door'),
    countTable(
      "Records received, by the pipeline's receipt",
      'Receipt',
      record.receipts,
      RECEIPT_WORDS,
      'Nothing was received.',
    ),
    heading('Suppressed by a rule'),
    countTable(
      'Records owed no alert, by reason',
      'Reason',
      record.suppressed,
      SUPPRESSION_WORDS,
      'No record was suppressed.',
    ),
    heading('Withheld although owed'),
    countTable(
      'Alerts that the pipeline itself held back',
      'Reason',
      record.withheld,
      WITHHELD_WORDS,
      'The pipeline held back no alert that it owed.',
    ),
  ];
  return { id: 'flow', title: 'Review, and records without an alert', body: joinLines(body) };
}

// --- internal ---

function countTable(
  caption: string,
  head: string,
  counts: Record<string, number>,
  words: Readonly<Record<string, string>>,
  none: string,
): Html {
  const entries = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  if (entries.length === 0) return paragraph(none);
  const rows = entries.map(([key, count]) => [key, countText(count), words[key] ?? '']);
  return table(caption, [{ head }, { head: 'Count', numeric: true }, { head: 'Meaning' }], rows);
}
