/** What became of records that led to no alert: at the door, by rule, in review, or held back. */
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
      ? 'No alert was put before the news team.'
      : `The news team was asked about ${countText(newsroom.tickets)} alerts: ${countText(newsroom.approved)} approved, ${countText(newsroom.rejected)} rejected, any others withdrawn before a decision or still open at the end; at most ${countText(newsroom.queueMax)} waited at once for a free reviewer.`;
  const body = [
    heading('The news team'),
    paragraph(desk),
    heading('At the door'),
    countTable(
      'Records received, by what the pipeline said of them',
      'Receipt',
      record.receipts,
      RECEIPT_WORDS,
      'Nothing was received.',
    ),
    heading('Suppressed, by rule'),
    countTable(
      'Records owed no alert, by reason',
      'Reason',
      record.suppressed,
      SUPPRESSION_WORDS,
      'No record was suppressed.',
    ),
    heading('Withheld, though owed'),
    countTable(
      'Alerts that the pipeline held back itself',
      'Reason',
      record.withheld,
      WITHHELD_WORDS,
      'The pipeline held back nothing that it owed.',
    ),
  ];
  return { id: 'flow', title: 'Review, and what was not published', body: joinLines(body) };
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
  return table(caption, [{ head }, { head: 'Count', numeric: true }, { head: 'What it means' }], rows);
}
