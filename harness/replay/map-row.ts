/** Turns a raw row into the facts of a dispatch record, by a mapping. */
import { CATEGORIES, type NatureRule } from '../../contract/catalogue.ts';
import type { Condition, Mapping, Outcome } from '../../contract/mapping.ts';
import { listOf, type Columns, type RawRow } from './columns.ts';
import { pointReader } from './coordinates.ts';
import { hashTexts } from './hash.ts';
import { placeReader } from './place.ts';
import { shapeOf, shortShapeOf } from './shape.ts';
import { timeReader, type Moment } from './time-format.ts';

/** Why a row is left out: the reasons of rejects.jsonl. */
const ROW_REJECTS = [
  'too-long',
  'bad-quotes',
  'cell-count',
  'not-json',
  'not-an-object',
  'empty-id',
  'empty-time',
  'bad-time',
  'empty-published-time',
  'bad-published-time',
  'empty-nature',
  'out-of-area',
] as const;
/** One of the reasons above. */
export type RowReject = (typeof ROW_REJECTS)[number];

/** A row that is left out. */
export interface Rejected {
  reject: RowReject;
  /** The shape of the row's time (shape.ts), if that is the reason; else null. */
  shape: string | null;
}

/** The facts of a row. They are plain data without nesting, so that rows can be sorted through files. */
export interface MappedRow {
  /** Index of the row's file. */
  file: number;
  /** Number of the row in its file, from 1; a header line is not counted. */
  row: number;
  id: string;
  /** Hash of the id, and of all cells whose changes make an update. */
  idHash: number;
  content: number;
  /** Time of the incident, UTC ms. */
  incidentMs: number;
  /** Time at which the row reaches the pipeline, UTC ms. */
  clockMs: number;
  /** Key of the agency's nature table. */
  nature: string;
  /** The nature as the file has it, if no rule and no ignore entry names it; else null. */
  unmapped: string | null;
  /** '' if the row has no place, or only one that must not be named. */
  place: string;
  /** The shape of a place that must not be named (shape.ts); else ''. */
  refusedPlace: string;
  outcome: Outcome;
  /** Degrees; null if unknown. */
  latitude: number | null;
  longitude: number | null;
  /** Number of the row's wall-clock times that a change of the clock skipped, and of those that came twice; and of points outside the box. */
  gaps: number;
  overlaps: number;
  outside: number;
}

/** Maps row number `row` (from 1) of the file with index `file`. */
export type RowMapper = (raw: RawRow, file: number, row: number) => MappedRow | Rejected;

/** The nature table of the agency's profile: a key for each rule of the mapping, and one for all that is ignored. */
export function natureTable(mapping: Mapping): Record<string, NatureRule> {
  const table: Record<string, NatureRule> = { [IGNORED]: { category: null, community: true } };
  for (const [i, rule] of mapping.natures.entries())
    table[ruleKey(i)] = { category: rule.category, community: rule.community ?? true };
  return table;
}

/** The mark of a nature key: the index of its category in CATEGORIES plus one if its records may be alerted on, else 0. */
export function eligibleMark(
  key: string,
  table: Readonly<Record<string, NatureRule>>,
  preset: readonly string[],
): number {
  const rule = Object.hasOwn(table, key) ? table[key] : undefined;
  if (rule === undefined || rule.category === null || !rule.community || !preset.includes(rule.category)) return 0;
  return CATEGORIES.indexOf(rule.category) + 1;
}

/** The natures that the mapping names in its rules, and all that it names with those of its ignore list, in its order. */
export function namedNatures(mapping: Mapping): { rules: readonly string[]; all: readonly string[] } {
  const rules = mapping.natures.flatMap((rule) => listOf(rule.nature ?? []));
  const ignored = (mapping.ignore ?? []).flatMap((e) => listOf(typeof e === 'string' ? e : (e.nature ?? [])));
  const tidy = (natures: readonly string[]) => [...new Set(natures.map((n) => n.trim()))];
  return { rules: tidy(rules), all: tidy([...rules, ...ignored]) };
}

/**
 * A mapper for the rows of one file. `delayMs` is the time from an incident to its row's arrival, if the mapping's clock is the incident's. The nature of each
 * row is deleted from `unseen`.
 */
export function rowMapper(mapping: Mapping, columns: Columns, delayMs: number, unseen: Set<string>): RowMapper {
  const idCells = listOf(mapping.id).map((c) => columns.cell(c));
  const time = columns.whole(mapping.time.columns, ' ');
  const readTime = timeReader(
    listOf(mapping.time.format),
    mapping.time.zone ?? mapping.zone,
    mapping.time.ignoreOffset ?? false,
  );
  const published = mapping.clock === 'published' ? mapping.published! : null;
  const publishedTime = published === null ? null : columns.whole(published.columns, ' ');
  const readPublished =
    published === null
      ? null
      : timeReader(listOf(published.format), published.zone ?? mapping.zone, published.ignoreOffset ?? false);
  const nature =
    mapping.nature.combine === 'join'
      ? columns.joined(mapping.nature.columns, mapping.nature.separator ?? ' | ')
      : columns.first(mapping.nature.columns);
  const natureOf = natureReader(mapping, columns);
  const place = placeReader(mapping.place, columns);
  const outcome = outcomeReader(mapping.status, columns);
  const point = pointReader(mapping.coordinates, columns);
  const content = columns.content(mapping.ignoreChangesIn ?? []);
  return (raw, file, row) => {
    const ids = idCells.map((cell) => cell(raw));
    if (ids.includes('')) return rejected('empty-id');
    const timeText = time(raw);
    if (timeText === '') return rejected('empty-time');
    const incident = readTime(timeText);
    if (incident === null) return rejected('bad-time', shapeOf(timeText));
    let seen: Moment = { ms: incident.ms + delayMs, kind: 'ok' };
    if (publishedTime !== null && readPublished !== null) {
      const text = publishedTime(raw);
      if (text === '') return rejected('empty-published-time');
      const moment = readPublished(text);
      if (moment === null) return rejected('bad-published-time', shapeOf(text));
      seen = moment;
    }
    const natureText = nature(raw);
    if (natureText === '') return rejected('empty-nature');
    unseen.delete(natureText);
    const placed = place(raw);
    const id = ids.length === 1 ? ids[0] : joinedId(ids);
    if (Math.max(id.length, natureText.length, placed.text.length) > TEXT_LENGTH_MAX) return rejected('too-long');
    const at = point(raw);
    if (at.kind === 'outside' && mapping.coordinates?.outside === 'reject') return rejected('out-of-area');
    const natureKey = natureOf(raw, natureText);
    const kinds = [incident.kind, seen.kind];
    return {
      file,
      row,
      id,
      idHash: hashTexts(ids),
      content: content(raw),
      incidentMs: incident.ms,
      clockMs: seen.ms,
      nature: natureKey ?? `${UNMAPPED}${natureText}`,
      unmapped: natureKey === null ? natureText : null,
      place: placed.refused ? '' : placed.text,
      refusedPlace: placed.refused ? shortShapeOf(placed.text) : '',
      outcome: outcome(raw),
      latitude: at.kind === 'point' ? at.latitude : null,
      longitude: at.kind === 'point' ? at.longitude : null,
      gaps: kinds.filter((k) => k === 'gap').length,
      overlaps: kinds.filter((k) => k === 'overlap').length,
      outside: at.kind === 'outside' ? 1 : 0,
    };
  };
}

// --- internal ---

/** Longest id, nature or place: rows wait in memory while they are sorted. */
const TEXT_LENGTH_MAX = 1000;
const IGNORED = 'ignored';

function rejected(reject: RowReject, shape: string | null = null): Rejected {
  return { reject, shape };
}

/** The parts with `|` between. A `|` or backslash in a part is escaped, so that different parts never make the same id. */
function joinedId(parts: readonly string[]): string {
  return parts.map((part) => part.replace(/[\\|]/g, '\\$&')).join('|');
}

/** Stands before a nature that nothing names, so that it can never equal the key of a rule. */
const UNMAPPED = 'unmapped: ';

function ruleKey(index: number): string {
  return `rule ${index}`;
}

/** Finds the key of the first ignore entry or rule that fits a row; null if none does. Natures compare exactly. */
function natureReader(mapping: Mapping, columns: Columns): (raw: RawRow, nature: string) => string | null {
  const entries: { key: string; natures: ReadonlySet<string> | null; fits: (raw: RawRow) => boolean }[] = [];
  const entry = (key: string, natures: string | readonly string[] | undefined, where: readonly Condition[]) =>
    entries.push({
      key,
      natures: natures === undefined ? null : new Set(listOf(natures).map((n) => n.trim())),
      fits: whereReader(where, columns),
    });
  const ignored = (mapping.ignore ?? []).filter((e) => typeof e === 'string');
  if (ignored.length > 0) entry(IGNORED, ignored, []);
  for (const e of mapping.ignore ?? []) if (typeof e !== 'string') entry(IGNORED, e.nature, e.where);
  for (const [i, rule] of mapping.natures.entries()) entry(ruleKey(i), rule.nature, rule.where ?? []);
  return (raw, nature) =>
    entries.find((e) => (e.natures === null || e.natures.has(nature)) && e.fits(raw))?.key ?? null;
}

function whereReader(where: readonly Condition[], columns: Columns): (raw: RawRow) => boolean {
  const tests = where.map((c) => ({
    cell: columns.cell(c.column),
    is: c.is === undefined ? null : listOf(c.is).map((t) => t.trim()),
    isNot: c.isNot === undefined ? [] : listOf(c.isNot).map((t) => t.trim()),
  }));
  return (raw) =>
    tests.every(({ cell, is, isNot }) => {
      const text = cell(raw);
      return (is === null || is.includes(text)) && !isNot.includes(text);
    });
}

function outcomeReader(status: Mapping['status'], columns: Columns): (raw: RawRow) => Outcome {
  if (status === undefined) return () => 'open';
  const cell = columns.first(status.columns);
  const values = new Map(Object.entries(status.values).map(([text, outcome]) => [text.trim(), outcome]));
  return (raw) => {
    const text = cell(raw);
    if (text === '') return values.get('') ?? status.empty ?? 'open';
    return values.get(text) ?? status.other ?? 'closed';
  };
}
