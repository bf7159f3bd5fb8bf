/** What every dialect's renderer takes and gives: the content as it is published, and what a reader of it must get. */
import type { AgencyProfile } from '../../contract/agency.ts';
import type { ManifestRow } from '../../contract/manifest.ts';

export interface RenderContext {
  profile: AgencyProfile;
  /** The agency's clock minus true time; shifts every published time. */
  skewMs: number;
  /** When the content is (or will be) published, UTC ms, true time. */
  publishedMs: number;
}

/** A manifest row without its place in a message. */
export type RowFacts = Omit<ManifestRow, 'row' | 'wellFormed'>;

export interface Rendered<T> {
  content: T;
  row: RowFacts;
}

/** A number from 0 to 99, fixed by a record and a matter: which of several styles that record is typed in, in all its messages. */
export function styleOf(ordinal: number, matter: number): number {
  let h = Math.imul(ordinal + 1, 0x9e3779b1) ^ Math.imul(matter + 1, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  return ((h ^ (h >>> 13)) >>> 0) % 100;
}

/** One of several texts, fixed by a record and a matter. */
export function oneOf(texts: readonly string[], ordinal: number, matter: number): string {
  return texts[styleOf(ordinal, matter) % texts.length];
}
