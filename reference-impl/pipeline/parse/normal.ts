/** What every dialect is read into. */
import type { Dialect } from '../../../contract/catalogue.ts';
import type { PublishedDisposition, RecordStatus } from '../../../contract/manifest.ts';
import type { RejectCode } from '../../../contract/pipeline.ts';

/** Where a record says it happened; `text` is compared when looking for duplicates. */
export type SourceLocation =
  | { kind: 'text'; text: string }
  | { kind: 'coordinates'; text: string; latitude: number; longitude: number };

/** The narratives of a record, and the record's own private fields, which must not show in them. */
export interface Narrative {
  text: string;
  privates: string[];
}

/** One well-formed record, as its message says it. */
export interface NormalRecord {
  recordId: string;
  dialect: Dialect;
  /** UTC ms. */
  incidentMs: number;
  /** UTC ms; null where the dialect has no stamp. */
  updatedMs: number | null;
  nature: string;
  status: RecordStatus;
  disposition: PublishedDisposition;
  location: SourceLocation;
  /** Made on demand: few records are ever reviewed. */
  narrative: () => Narrative;
}

/** A record of a message, or why it is rejected. */
export type ParsedRow = NormalRecord | RejectCode;

/** A message as a whole. `asOfMs` is a portal's own stamp of its snapshot, UTC ms, null in the other dialects. */
export type ParsedMessage = { refused: RejectCode } | { refused: null; asOfMs: number | null; rows: ParsedRow[] };

export const NO_NARRATIVE: Narrative = { text: '', privates: [] };

export function oneRow(row: ParsedRow): ParsedMessage {
  return { refused: null, asOfMs: null, rows: [row] };
}

/** Cuts U+0020 at both ends, and nothing else: other white space is part of what the source wrote. */
export function trimSpaces(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && text.charCodeAt(start) === 32) start++;
  while (end > start && text.charCodeAt(end - 1) === 32) end--;
  return start === 0 && end === text.length ? text : text.slice(start, end);
}
