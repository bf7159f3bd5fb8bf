/** Makes one location text of the columns that a mapping names, in a form that the pipeline reads (docs/reference/rules.md, 'Where: the published place'). */
import type { Mapping, PlaceSource } from '../../contract/mapping.ts';
import { normalPlaceText, readPlaceForm } from '../../reference-impl/pipeline/place-text.ts';
import type { Cell, Columns, RawRow } from './columns.ts';
import { listOf } from './columns.ts';

/** The columns that a source of the place needs. */
export function sourceColumns(source: PlaceSource): readonly string[] {
  if ('address' in source) return listOf(source.address);
  if ('block' in source) return [source.block, ...listOf(source.street)];
  if ('crossing' in source) return listOf(source.crossing);
  return listOf(source.area);
}

/** A mapping's sources of the place, in the order in which they are tried. */
export function placeSources(place: Mapping['place']): readonly PlaceSource[] {
  return Array.isArray(place.from) ? place.from : [place.from];
}

export interface RowPlace {
  /** A location text in upper case; '' if all its sources are empty. */
  text: string;
  /** True if the source must not name such a place: then the pipeline must not see it. */
  refused: boolean;
}

/** A reader of a row's place, which takes the first source whose cells are not empty. */
export function placeReader(place: Mapping['place'], columns: Columns): (row: RawRow) => RowPlace {
  const clean = placeCleaner(place);
  const tidy = (text: string) => clean(text.toUpperCase().replace(/\s+/g, ' '));
  const readers = placeSources(place).map((source) => sourceReader(source, columns, tidy));
  return (row) => {
    for (const read of readers) {
      const found = read(row);
      if (found.text !== '') return found;
    }
    return { text: '', refused: false };
  };
}

// --- internal ---

function sourceReader(
  source: PlaceSource,
  columns: Columns,
  tidy: (text: string) => string,
): (row: RawRow) => RowPlace {
  if ('area' in source) return areaReader(source, columns.joined(source.area, ' '), tidy);
  const read = streetReader(source, columns);
  const isCrossing = 'crossing' in source;
  return (row) => {
    const text = blockForm(tidy(read(row)));
    // If a crossing's column holds addresses, it is the wrong column, and tells where somebody lives.
    return { text, refused: isCrossing && readPlaceForm(normalPlaceText(text)).kind === 'hundred' };
  };
}

function streetReader(source: Exclude<PlaceSource, { within: string }>, columns: Columns): Cell {
  if ('address' in source) return columns.joined(source.address, ' ');
  if ('block' in source) {
    const block = columns.cell(source.block);
    const street = columns.joined(source.street, ' ');
    return (row) => blockAndStreet(block(row), street(row));
  }
  const cells = listOf(source.crossing).map((c) => columns.cell(c));
  return (row) => {
    const streets = cells.map((cell) => cell(row));
    return streets.includes('') ? '' : streets.join(' / ');
  };
}

/** `BEAT K THREE / SEATTLE`. The value is cleaned before its digits are spelled. */
function areaReader(
  source: Extract<PlaceSource, { within: string }>,
  area: Cell,
  tidy: (text: string) => string,
): (row: RawRow) => RowPlace {
  const within = spelled(source.within.toUpperCase());
  const label = source.label === undefined ? '' : `${source.label.toUpperCase()} `;
  return (row) => {
    const name = tidy(area(row));
    if (NO_AREA.has(name) || !/[\p{L}\p{N}]/u.test(name)) return { text: '', refused: false };
    return isAreaName(name)
      ? { text: `${spelled(`${label}${name}`)} / ${within}`, refused: false }
      : { text: name, refused: true };
  };
}

/** Words that exports write for an unknown area. */
const NO_AREA = new Set(['', '-', 'N/A', 'NA', 'NONE', 'NULL', 'UNKNOWN']);

/** Whether a text is short enough for a beat, a district or a neighbourhood. An address, a point or a telephone number is not. */
function isAreaName(name: string): boolean {
  const words = name.split(/[ /\\&]+/).filter((word) => word !== '');
  if (words.length > 3 || /[,.#@]/.test(name)) return false;
  if (name.replace(/\P{N}/gu, '').length > 3) return false;
  return !words.slice(0, -1).some((word) => /\p{N}/u.test(word));
}

/** Joins `2800` and `W MAPLE ST` to `2800 BLOCK W MAPLE ST`; a block that is written `28XX` or `2800 BLK` keeps its form. */
function blockAndStreet(block: string, street: string): string {
  if (block === '' || street === '') return '';
  const number = /^(\d{1,7})(?:\.0+)?$/.exec(block);
  if (number === null) return `${block} ${street}`;
  const hundred = Math.floor(Number(number[1]) / 100);
  return hundred === 0 ? `XX ${street}` : `${hundred}00 BLOCK ${street}`;
}

/** Turns other ways to write a block (`12XX BLOCK OF E PINE ST`, `UNIT BLOCK E PINE ST`) into the two that docs/reference/rules.md knows. */
function blockForm(text: string): string {
  return text
    .replace(/^(\d*)XX[ -](?:BLOCK|BLK)(?: OF)? /, '$1XX ')
    .replace(/^UNIT[ -](?:BLOCK|BLK)(?: OF)? /, 'XX ')
    .replace(/^0*(\d*XX) /, '$1 ');
}

const DIGIT_WORDS = ['ZERO', 'ONE', 'TWO', 'THREE', 'FOUR', 'FIVE', 'SIX', 'SEVEN', 'EIGHT', 'NINE'];

/** A text place may hold no digits that could be a house number, so those of a beat are spelled: `BEAT K3` is `BEAT K THREE`. */
function spelled(text: string): string {
  return text
    .replace(/[/\\&]/g, ' ')
    .replace(/\d/g, (d) => ` ${DIGIT_WORDS[Number(d)]} `)
    .replace(/\s+/g, ' ')
    .trim();
}

function placeCleaner(place: Mapping['place']): (text: string) => string {
  const upper = (list: readonly string[] | undefined) => (list ?? []).map((t) => t.toUpperCase());
  const prefixes = upper(place.stripPrefix);
  const suffixes = upper(place.stripSuffix);
  const cuts = upper(place.cutAt);
  const replacements = Object.entries(place.replace ?? {}).map(
    ([from, to]) => [from.toUpperCase(), to.toUpperCase()] as const,
  );
  return (text) => {
    // Spaces at both ends, so that what is replaced between spaces is found at the beginning and the end too.
    let tidy = ` ${text} `;
    for (const [from, to] of replacements) if (from !== '') tidy = tidy.replaceAll(from, to);
    tidy = tidy.trim();
    for (const cut of cuts) if (tidy.includes(cut)) tidy = tidy.slice(0, tidy.indexOf(cut));
    for (let before = ''; before !== tidy;) {
      before = tidy;
      for (const prefix of prefixes) if (tidy.startsWith(prefix)) tidy = tidy.slice(prefix.length);
      for (const suffix of suffixes) if (tidy.endsWith(suffix)) tidy = tidy.slice(0, -suffix.length);
      tidy = tidy.trim();
    }
    return tidy;
  };
}
