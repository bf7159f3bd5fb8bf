/** Searches a text for a private string in any of the forms in which it may reappear: other case, punctuation, spacing or layout. */
import type { PrivateKind, PrivateString } from '../contract/manifest.ts';

/** A text made ready to be searched. */
export interface Hay {
  /** The text's letters and digits only, case-folded. */
  letters: string;
  /** One entry for each of `letters`: 0 if it follows its neighbour at once, 1 if something stood between. One more entry for the end. */
  gaps: Uint8Array;
  /** The digits. Separators that are usual within a number are left out; a space stands for anything else. */
  digits: string;
  raw: string;
}

/** A private string made ready to be searched for. */
export interface Needle {
  kind: PrivateKind;
  /** Letters to look for among the text's letters; empty if only the layouts count. */
  letters: string;
  /** Layouts to look for among the text's digits. */
  digits: string[];
  /** Layouts to look for in the text, character by character. */
  raw: string[];
}

/** A string of fewer characters is matched as a whole word only. */
const WORD_LENGTH = 4;
/** A string of this many characters or more is no coincidence, even within a longer run of letters. */
const PART_LENGTH = 8;

/** Makes a text ready to be searched. */
export function makeHay(text: string): Hay {
  const folded = text.normalize('NFKC').toLowerCase();
  let letters = '';
  const gaps: number[] = [];
  let gap = 1;
  for (const match of folded.matchAll(/[\p{L}\p{N}]+|[^\p{L}\p{N}]+/gu)) {
    if (!/^[\p{L}\p{N}]/u.test(match[0])) gap = 1;
    else {
      for (let i = 0; i < match[0].length; i++) {
        gaps.push(gap);
        gap = 0;
      }
      letters += match[0];
    }
  }
  gaps.push(1);
  const digits = folded.replace(/(?<=\d)[\s().\-/+·–]+(?=\d)/g, '').replace(/\D+/g, ' ');
  return { letters, gaps: Uint8Array.from(gaps), digits, raw: text };
}

/** Makes a private string ready to be searched for. */
export function makeNeedle(secret: PrivateString): Needle {
  const { kind, value } = secret;
  const letters = foldLetters(value);
  switch (kind) {
    case 'phone': {
      const digits = value.replace(/\D/g, '');
      return { kind, letters, digits: digits.length >= 7 ? [digits, digits.slice(-7)] : [], raw: [] };
    }
    case 'birth-date':
      return { kind, letters, digits: dateLayouts(value), raw: [] };
    case 'coordinates':
      return {
        kind,
        letters: '',
        digits: [],
        raw: [...value.matchAll(/\d+\.\d{4,}/g)].map((m) => m[0].slice(0, m[0].indexOf('.') + 6)),
      };
    case 'name':
    case 'address':
    case 'unit':
    case 'plate':
    case 'medical':
    case 'email':
    case 'description':
    case 'canary':
      return { kind, letters, digits: [], raw: [] };
  }
}

/** Letters and digits only, case-folded, in Unicode's NFKC. */
export function foldLetters(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');
}

/** True if the text holds the string in one of its forms. */
export function holds(hay: Hay, needle: Needle): boolean {
  if (needle.letters !== '' && holdsLetters(hay, needle.letters)) return true;
  if (needle.digits.some((layout) => holdsNumber(hay.digits, layout))) return true;
  return needle.raw.some((layout) => hay.raw.includes(layout));
}

// --- internal ---

function holdsLetters(hay: Hay, needle: string): boolean {
  for (let at = hay.letters.indexOf(needle); at >= 0; at = hay.letters.indexOf(needle, at + 1)) {
    if (needle.length >= PART_LENGTH) return true;
    const end = at + needle.length;
    const whole = hay.gaps[at] === 1 && hay.gaps[end] === 1;
    if (whole || (needle.length >= WORD_LENGTH && canPart(hay, at) && canPart(hay, end))) return true;
  }
  return false;
}

/** True if a word could end between two neighbours: a gap, or a letter beside a digit. */
function canPart(hay: Hay, at: number): boolean {
  return hay.gaps[at] === 1 || /\d/.test(hay.letters[at - 1]) !== /\d/.test(hay.letters[at]);
}

function holdsNumber(digits: string, layout: string): boolean {
  if (layout.length >= PART_LENGTH) return digits.includes(layout);
  for (let at = digits.indexOf(layout); at >= 0; at = digits.indexOf(layout, at + 1)) {
    // A phone's last seven digits may follow its area code; nothing may follow them.
    const after = digits[at + layout.length];
    if (after === undefined || after === ' ') return true;
  }
  return false;
}

/** The usual layouts of a day: `19900307`, `03071990`, `07031990`, `371990` and `030790`. Empty if the text is no day. */
function dateLayouts(value: string): string[] {
  const iso = /(\d{4})\D(\d{1,2})\D(\d{1,2})/.exec(value);
  const us = /(\d{1,2})\D(\d{1,2})\D(\d{4})/.exec(value);
  if (iso === null && us === null) return [];
  const [year, month, day] = iso !== null ? [iso[1], iso[2], iso[3]] : [us![3], us![1], us![2]];
  const m = month.padStart(2, '0');
  const d = day.padStart(2, '0');
  return [
    `${year}${m}${d}`,
    `${m}${d}${year}`,
    `${d}${m}${year}`,
    `${Number(month)}${Number(day)}${year}`,
    `${m}${d}${year.slice(2)}`,
  ];
}
