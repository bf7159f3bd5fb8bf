/** What a person reads in the terminal at the end of a replay. */
import { CATEGORY_LABELS, type Category } from '../../contract/catalogue.ts';
import { formatIso } from '../../contract/time.ts';
import type { ReplayRecord } from './record.ts';

/** Some twenty lines of plain text. */
export function summaryLines(record: ReplayRecord): string[] {
  const { counts, span } = record;
  const n = (value: number) => value.toString().replace(/\B(?=(\d{3})+$)/g, ',');
  const list = (entries: [string, number][]) => entries.map(([name, count]) => `${name} ${n(count)}`).join(', ');
  const categories = Object.entries(record.byCategory).map(
    ([c, v]) =>
      `  ${CATEGORY_LABELS[c as Category].padEnd(27)} ${n(v.eligible).padStart(8)} ${n(v.alerts).padStart(8)}`,
  );
  const unmapped = record.unmappedNatures.slice(0, 5).map((u) => `${JSON.stringify(u.nature)} ${n(u.count)}`);
  const shapes = record.unlocatableShapes.slice(0, 5).map((s) => `${JSON.stringify(s.shape)} ${n(s.count)}`);
  return [
    `Replay of ${record.files.map((f) => f.name).join(', ')} through the mapping ${record.mapping.name}${record.partial ? ', INTERRUPTED: partial figures' : ''}`,
    ...(span === null
      ? []
      : [`  from ${formatIso(span.firstMs)} to ${formatIso(span.lastMs)}, preset ${record.preset}`]),
    `  rows ${n(counts.rows)} = parsed ${n(counts.parsed)} + rejected ${n(counts.rejected)}`,
    `  records ${n(counts.records)}, duplicates ${n(counts.duplicates)}, updates ${n(counts.updates)}`,
    ...(counts.rejected === 0 ? [] : [`  rejected: ${list(Object.entries(record.rejectedBy))} (rejects.jsonl)`]),
    `  eligible ${n(counts.eligible)}, alerts ${n(counts.alerts)}, updated ${n(counts.alertUpdates)}, cancelled ${n(counts.alertCancels)}`,
    `  ${''.padEnd(27)} eligible   alerts`,
    ...categories,
    `  no alert: ${counts.suppressed === 0 ? 'none' : list(Object.entries(record.suppressedBy))}`,
    record.unmapped.rows === 0
      ? '  every nature is named by the mapping'
      : `  natures that no rule names: ${n(record.unmapped.natures)}, in ${n(record.unmapped.rows)} rows${unmapped.length === 0 ? '' : `: ${unmapped.join(', ')}`}${record.unmapped.natures > unmapped.length ? ', ...' : ''}`,
    ...(shapes.length === 0 ? [] : [`  unlocatable places look like: ${shapes.join(', ')}`]),
    ...record.warnings.map((w) => `  warning: ${w}`),
    `  ${(record.wallMs / 1000).toFixed(1)} s, ${n(record.rowsPerSecond)} rows/s, ${n(record.maxRssMiB)} MiB`,
  ];
}
