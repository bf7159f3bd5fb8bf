/** The section on violations, each by name, so that a reader can look it up. */
import type { RunRecord } from '../../../contract/record/run-record.ts';
import { countText } from '../../records/number-text.ts';
import { html } from '../html.ts';
import { paragraph, table } from '../markup.ts';
import type { PageSection } from '../page.ts';

/** The record holds no more violations than this. */
const VIOLATIONS_MAX = 200;

export function violationSection(record: RunRecord): PageSection {
  const { violations } = record;
  if (violations.length === 0)
    return { id: 'violations', title: 'Violations', body: paragraph('The oracle found none.') };
  const shown = violations.slice(0, VIOLATIONS_MAX);
  const rows = shown.map((v) => [
    v.verdict,
    v.detail,
    html`<code>${v.incidents}</code>`,
    v.resident === null ? 'none' : String(v.resident),
  ]);
  const columns = [{ head: 'Verdict' }, { head: 'Detail' }, { head: 'Alert' }, { head: 'Resident', numeric: true }];
  const caption =
    shown.length < VIOLATIONS_MAX
      ? `All ${countText(shown.length)} violations`
      : `The first ${countText(VIOLATIONS_MAX)} violations`;
  return { id: 'violations', title: 'Violations', body: table(caption, columns, rows) };
}
