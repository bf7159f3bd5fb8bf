/**
 * The forms in which a location text names a place (docs/reference/rules.md, 'Where: the published place', rules 2 to 5). A form says only what was written:
 * whether such a place exists is the gazetteer's to say.
 */

export type PlaceForm =
  | { kind: 'mile'; highway: string; mile: number }
  | { kind: 'crossing'; streetA: string; streetB: string }
  /** `number`: the house's; null where the text names the block alone. */
  | { kind: 'hundred'; street: string; hundred: number; number: number | null }
  /** No rule but the landmarks' can apply. */
  | { kind: 'other' };

/** Compatibility forms folded (full-width digits, no-break spaces), upper case, runs of white space made one space. */
export function normalPlaceText(text: string): string {
  return text.normalize('NFKC').toUpperCase().replace(/\s+/g, ' ').trim();
}

/** The first rule whose form `text`, in normal form, has. */
export function readPlaceForm(text: string): PlaceForm {
  const mile = readMile(text);
  if (mile !== null) return mile;
  // A separator beside a house number could part two addresses or two streets: no block is made of either.
  if (separatorAt(text) >= 0) return readCrossing(text) ?? { kind: 'other' };
  return readBlock(text) ?? readAddress(text) ?? { kind: 'other' };
}

/**
 * True where a street text that no gazetteer knows may be published: it holds a letter, and nothing in it can be a house number
 * or a unit. Digits pass as an ordinal (`27TH`), in a numbered road (`HWY 16`) or joined behind a road's letters (`I94`).
 */
export function isStreetText(street: string): boolean {
  if (!STREET_CHARACTERS.test(street)) return false;
  const words = street.split(' ').map((word) => word.replace(/^[.'’-]+|[.'’-]+$/g, ''));
  if (words.length > STREET_WORDS_MAX) return false;
  const clear = words.every((word, i) => {
    if (UNIT_WORDS.has(word) && i > 0) return false;
    if (INSIDE_WORDS.has(word) && !SUFFIX_WORDS.has(words[i + 1])) return false;
    if (!/[\d#@]/.test(word)) return true;
    if (/^\d{1,3}(?:ST|ND|RD|TH)$/.test(word)) return true;
    if (/^\d{1,3}$/.test(word)) return i > 0 && ROAD_WORDS.has(words[i - 1]);
    const joined = /^([A-Z]{1,3})-?\d{1,3}$/.exec(word);
    return joined !== null && ROAD_WORDS.has(joined[1]);
  });
  return clear && /\p{L}/u.test(street);
}

// --- internal ---

const UNIT_WORDS = new Set(['APT', 'APARTMENT', 'UNIT', 'STE', 'SUITE', 'RM', 'LOT', 'FL', 'BLDG', 'TRLR']);
/** Words that lead behind a street's edge, unless a street is named after them: `FRONT ST`, but not `MAPLE ST FRONT`. */
const INSIDE_WORDS = new Set(
  (
    'BASEMENT BEHIND BSMT BUILDING CODE DEPT DOOR FLOOR FRONT GATE HOME HOUSE KEY LOBBY LOWER NEAR NEXT OFC OFFICE PENTHOUSE PH REAR ' +
    'RES RESIDENCE ROOM SIDE SPACE SPC TRAILER UPPER'
  ).split(' '),
);
const SUFFIX_WORDS = new Set(
  (
    'ALLEY ALY AV AVE AVENUE BL BLVD BOULEVARD CIR CIRCLE COURT CT DR DRIVE HWY LANE LN PARKWAY PATH PIKE PK PKWY PL PLACE RD ROAD ROW ' +
    'SQ SQUARE ST STREET TER TERRACE TRAIL TRL WAY'
  ).split(' '),
);
/** Latin letters, digits, spaces and what stands inside names: no controls, brackets, quotes or marks that turn the writing. */
const STREET_CHARACTERS = /^[\p{Script=Latin}\d .'’-]+$/u;
const STREET_WORDS_MAX = 7;
const ROAD_WORDS = new Set([
  'HWY',
  'HIGHWAY',
  'ROUTE',
  'RTE',
  'RT',
  'US',
  'SR',
  'CR',
  'ROAD',
  'INTERSTATE',
  'I',
  'IH',
  'SH',
  'FM',
]);
const MILE = / M[MP] (\d{1,5}(?:\.\d{1,9})?)$/;
/** A house number: digits, perhaps with a letter joined, and a space and more behind it. */
const HOUSE_NUMBER = /^\d+(?:-?[A-Z])? ./;
const BLOCK = /^(?:(\d{0,7})XX|(\d{1,9})[ -](?:BLOCK|BLK)(?: OF)?) (.+)$/;
const ADDRESS = /^(\d{1,9})(?:-?[A-Z])?(?: \d\/\d{1,2})? (.+)$/;

function readMile(text: string): PlaceForm | null {
  const m = MILE.exec(text);
  if (m === null || m.index === 0) return null;
  return { kind: 'mile', highway: text.slice(0, m.index), mile: Number(m[1]) };
}

/** Two streets and no more, of a text with a separator. */
function readCrossing(text: string): PlaceForm | null {
  const at = separatorAt(text);
  const streetA = text.slice(0, at).trim();
  const streetB = text.slice(at + 1).trim();
  if (separatorAt(streetB) >= 0) return null;
  if ([streetA, streetB].some((street) => street === '' || HOUSE_NUMBER.test(street) || BLOCK.test(street)))
    return null;
  return { kind: 'crossing', streetA, streetB };
}

/** The first `/`, `&` or `\` that parts two streets; a `/` between digits is a fraction's. */
function separatorAt(text: string): number {
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '&' || c === '\\' || (c === '/' && !(isDigit(text, i - 1) && isDigit(text, i + 1)))) return i;
  }
  return -1;
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 48 && code <= 57;
}

function readBlock(text: string): PlaceForm | null {
  const m = BLOCK.exec(text);
  if (m === null) return null;
  const hundred = m[2] === undefined ? Number(m[1]) * 100 : hundredOf(Number(m[2]));
  return { kind: 'hundred', street: m[3], hundred, number: null };
}

function readAddress(text: string): PlaceForm | null {
  const m = ADDRESS.exec(text);
  if (m === null) return null;
  const street = withoutUnit(m[2]);
  const number = Number(m[1]);
  return street === '' ? null : { kind: 'hundred', street, hundred: hundredOf(number), number };
}

function hundredOf(number: number): number {
  return Math.floor(number / 100) * 100;
}

/** Cuts a unit, from the word that introduces it to the end. A street has at least one word before it. */
function withoutUnit(text: string): string {
  let end = text.indexOf('#');
  if (end < 0) end = text.length;
  for (let at = text.indexOf(' '); at >= 0 && at < end; at = text.indexOf(' ', at + 1)) {
    const next = text.indexOf(' ', at + 1);
    if (UNIT_WORDS.has(text.slice(at + 1, next < 0 ? text.length : next))) end = at;
  }
  while (end > 0 && (text[end - 1] === ' ' || text[end - 1] === ',')) end--;
  return text.slice(0, end);
}
