/**
 * Blanks private strings in free text, for reviewers and for residents' posts. Three passes, each linear in the length of the text:
 * by the message's own private fields (in any order, in parts, in any layout); by pattern (a house number and its street, a street by its
 * suffix); and closed: what is left must be a word of the closed vocabulary. A word with a digit is never one, so that phones in any layout, plates,
 * birth dates, coordinates, house and apartment numbers go without a pattern of their own; nor is a single letter, an address with `@`, or a word
 * that mixes alphabets.
 */
import { VOCABULARY } from './vocabulary.ts';

export const BLANK = '[…]';

/** Longest text that is looked at, in UTF-16 units. */
const TEXT_LENGTH_MAX = 65_536;
/** Most private strings (whole and by word) that one text is searched for. */
const NEEDLES_MAX = 512;

export interface Redaction {
  /** Null where the text can't be cleared: too long, control characters, broken surrogates, or too many private fields. */
  text: string | null;
  /** Characters and words looked at: the work done. */
  steps: number;
}

export function redact(source: string, privates: readonly string[], lengthMax = TEXT_LENGTH_MAX): Redaction {
  if (source.length > lengthMax || !isClearable(source)) return { text: null, steps: 0 };
  const needles = createNeedles(privates);
  if (needles === null) return { text: null, steps: 0 };
  const text = normalise(source);
  const words = splitWords(text);
  let steps = text.length + words.length;
  for (const word of words) word.kept = isKnown(word.letters) && !needles.words.has(word.letters);
  steps += blankStreets(words) + blankNeedles(words, needles.squeezed);
  return { text: join(text, words), steps };
}

// --- internal ---

/** Control characters other than tab and line ends; half a surrogate pair; so many marks on one letter that normalising is no longer linear. */
const UNCLEARABLE = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|\p{Cs}|\p{M}{31}/u;
const PLAIN = /^[\t\n\r\x20-\x7e]*$/;
/** Format characters (zero-width ones among them) and variation selectors: invisible, and able to cut a name in two. */
const INVISIBLE = /[\p{Cf}\ufe00-\ufe0f\u034f\u115f\u1160\u3164]/gu;
const APOSTROPHES = /[\u2018\u2019\u02bc\u0060\u00b4]/g;

function isClearable(source: string): boolean {
  return PLAIN.test(source) || !UNCLEARABLE.test(source);
}

/** Look-alike forms (full width, ligatures) become what they look like, what can't be seen goes, and brackets become round, so that a blank can't be imitated. */
function normalise(source: string): string {
  const text = PLAIN.test(source) ? source : fold(source);
  return text.includes('[') || text.includes(']') ? text.replaceAll('[', '(').replaceAll(']', ')') : text;
}

function fold(source: string): string {
  return source.replace(INVISIBLE, '').replace(APOSTROPHES, "'").normalize('NFKC').replace(INVISIBLE, '');
}

interface Word {
  start: number;
  end: number;
  /** Upper case; apostrophes and the marks around the word left out. */
  letters: string;
  kept: boolean;
}

/** What parts words, besides white space; it is kept as it stands between words that are. */
const SEPARATORS = new Uint8Array(128);
for (const c of ' \t\r\n,;:()/!?"&') SEPARATORS[c.charCodeAt(0)] = 1;

function splitWords(text: string): Word[] {
  const words: Word[] = [];
  let start = -1;
  for (let at = 0; at <= text.length; at++) {
    if (at < text.length && SEPARATORS[text.charCodeAt(at)] !== 1) {
      if (start < 0) start = at;
    } else if (start >= 0) {
      pushWord(words, text, start, at);
      start = -1;
    }
  }
  return words;
}

function pushWord(words: Word[], text: string, from: number, to: number): void {
  let start = from;
  let end = to;
  while (start < end && isEdge(text.charCodeAt(start))) start++;
  while (end > start && isEdge(text.charCodeAt(end - 1))) end--;
  if (start === end) return;
  const upper = text.slice(start, end).toUpperCase();
  words.push({ start, end, letters: upper.includes("'") ? upper.replaceAll("'", '') : upper, kept: false });
}

/** Full stop, apostrophe, hyphen, asterisk. */
function isEdge(code: number): boolean {
  return code === 46 || code === 39 || code === 45 || code === 42;
}

/** Longer than any word of the vocabulary, even two of them joined by a hyphen. */
const WORD_LENGTH_MAX = 40;

function isKnown(letters: string): boolean {
  if (letters.length > WORD_LENGTH_MAX) return false;
  if (VOCABULARY.has(letters)) return true;
  if (letters.endsWith('S') && letters.length > 4 && VOCABULARY.has(letters.slice(0, -1))) return true;
  return letters.includes('-') && letters.split('-').every((part) => VOCABULARY.has(part));
}

const STREET_SUFFIXES = new Set(
  'ST STREET AV AVE AVENUE BLVD BOULEVARD RD ROAD DR LN LANE CT COURT PL CIR CIRCLE TER TERRACE PKWY PARKWAY HWY HIGHWAY TRL SQ PLZ ALY'.split(
    ' ',
  ),
);
/** Words of a street's name that may stand before its suffix. */
const STREET_WORDS_MAX = 2;
/** Words between a house number and its street's suffix. */
const NUMBERED_WORDS_MAX = 5;

/** Blanks streets, whatever words they are named with: back to the house number, or the words before the suffix. Returns the words looked at. */
function blankStreets(words: Word[]): number {
  let numberAt = -1;
  let looked = 0;
  for (let i = 0; i < words.length; i++) {
    const letters = words[i].letters;
    if (isDigit(letters.charCodeAt(0))) numberAt = i;
    if (!STREET_SUFFIXES.has(letters)) continue;
    const from = numberAt >= 0 && i - numberAt <= NUMBERED_WORDS_MAX ? numberAt : Math.max(0, i - STREET_WORDS_MAX);
    for (let k = from; k <= i; k++, looked++) words[k].kept = false;
  }
  return looked;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

interface Needles {
  /** Words of private strings, two letters or longer: blanked wherever they stand, vocabulary or not. */
  words: Set<string>;
  /** Private strings and their words without anything between the letters, four or longer: blanked even where spaced out or run together. */
  squeezed: Set<string>;
}

/** Longest squeezed private string searched for; of a longer one, its words and its beginning are. */
const NEEDLE_LENGTH_MAX = 64;

function createNeedles(privates: readonly string[]): Needles | null {
  const needles: Needles = { words: new Set(), squeezed: new Set() };
  for (const value of privates) {
    if (value.length > TEXT_LENGTH_MAX) return null;
    const upper = normalise(value).toUpperCase().replace(/'/g, '');
    const parts = upper.match(/[A-Z]+/g) ?? [];
    for (const part of parts) {
      if (part.length >= 2) needles.words.add(part);
      if (part.length >= 4) needles.squeezed.add(part.slice(0, NEEDLE_LENGTH_MAX));
    }
    const whole = parts.join('').slice(0, NEEDLE_LENGTH_MAX);
    if (whole.length >= 4) needles.squeezed.add(whole);
    if (needles.words.size + needles.squeezed.size > NEEDLES_MAX) return null;
  }
  return needles;
}

/** Blanks words that together, or in part, spell a private string. Returns the characters looked at. */
function blankNeedles(words: Word[], squeezed: Set<string>): number {
  if (squeezed.size === 0) return 0;
  const pieces = words.map((word) =>
    !word.kept ? '.' : word.letters.includes('-') ? word.letters.replaceAll('-', '') : word.letters,
  );
  const haystack = pieces.join('');
  // Which word a character is of is needed only once something is found.
  let owner: Uint32Array | null = null;
  for (const needle of squeezed)
    for (let at = haystack.indexOf(needle); at >= 0; at = haystack.indexOf(needle, at + needle.length)) {
      owner ??= ownersOf(pieces, haystack.length);
      for (let k = at; k < at + needle.length; k++) words[owner[k]].kept = false;
    }
  return haystack.length * (1 + squeezed.size);
}

function ownersOf(pieces: readonly string[], length: number): Uint32Array {
  const owner = new Uint32Array(length);
  for (let i = 0, at = 0; i < pieces.length; at += pieces[i++].length) owner.fill(i, at, at + pieces[i].length);
  return owner;
}

/** The kept words and what stands between them; words blanked in a row become one blank. */
function join(text: string, words: Word[]): string {
  const parts: string[] = [];
  let at = 0;
  let blanked = false;
  for (const word of words) {
    if (word.kept) blanked = false;
    else {
      if (!blanked) parts.push(text.slice(at, word.start), BLANK);
      blanked = true;
      at = word.end;
    }
  }
  parts.push(text.slice(at));
  return parts.join('');
}
