/** The input and output of every dialect's renderer. */
import type { AgencyProfile } from '../../contract/agency.ts';
import type { ManifestRow } from '../../contract/manifest.ts';

/** Everything that a message's content depends on besides its record. */
export interface RenderContext {
  profile: AgencyProfile;
  /** The agency's clock minus true time; shifts every published time. */
  skewMs: number;
  /** When the content is or will be published, UTC ms, true time. */
  publishedMs: number;
}

/** A manifest row without its place in a message. */
export type RowFacts = Omit<ManifestRow, 'row' | 'wellFormed'>;

/** A record in one dialect: the content as it is published, and the row that a reader of it must get. */
export interface Rendered<T> {
  content: T;
  row: RowFacts;
}

/** A number from 0 to 99, fixed by a record and a matter: it picks a style that all messages of that record share. */
export function styleNumber(ordinal: number, matter: number): number {
  let h = Math.imul(ordinal + 1, 0x9e3779b1) ^ Math.imul(matter + 1, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  return ((h ^ (h >>> 13)) >>> 0) % 100;
}

/** Picks one of several texts. The same record and matter always give the same. */
export function oneOf(texts: readonly string[], ordinal: number, matter: number): string {
  return texts[styleNumber(ordinal, matter) % texts.length];
}
