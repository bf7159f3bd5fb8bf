/** Finds the valid name that somebody most likely meant by a mistyped one. Imports nothing, so that any program can afford it. */

/**
 * The name in `valid` that is closest to `name`, or null if none is close. Case does not matter. A name is close by one of three comparisons, the first
 * weighing most:
 *
 * - **spelling**: at most one edit (a character inserted, left out, replaced, or swapped with its neighbour), or one for each four characters of the longer name;
 * - **words**: names are cut into words (`doorbelShare` into `doorbel` and `share`). Most of the words asked for must stand in the valid name, spelt alike,
 *   shortened or with the same beginning. Words that many options share (`share`, `per`, `ms`) count little, and never alone;
 * - **the last part**: of names with a `.` or `/`, what follows the last one, compared as above, whatever stands before it.
 *
 * Only the first 64 characters of each name are compared, so the cost is at most about 10,000 steps for each valid name. If names are equally close, the one that
 * begins alike wins, then the first.
 */
export function nearest(name: string, valid: Iterable<string>): string | null {
  const asked = nameOf(name);
  let best: string | null = null;
  let bestCloseness = 0;
  for (const candidate of valid) {
    const found = closeness(asked, nameOf(candidate));
    if (found > bestCloseness) [best, bestCloseness] = [candidate, found];
  }
  return best;
}

/** The end of a message about an unknown name: `, did you mean --seed?`, or nothing if no valid name is close. `prefix` goes before the valid name (`--`). */
export function didYouMean(name: string, valid: Iterable<string>, prefix = ''): string {
  const near = nearest(name, valid);
  return near === null ? '' : `, did you mean ${prefix}${near}?`;
}

/**
 * Edits that turn `a` into `b`: characters inserted, left out, replaced, or swapped with their neighbour (optimal string alignment: no character is edited
 * twice). Takes time in proportion to the product of both lengths.
 */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      let edits = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (isSame ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        edits = Math.min(edits, beforeLast[j - 2] + 1);
      row.push(edits);
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length];
}

// --- internal ---

const LENGTH_MAX = 64;
/** Names whose words have less in common are too far-fetched to suggest; 1 if all words agree. */
const WORDS_CLOSENESS_MIN = 0.6;
/** Names that agree in their last part alone are this much less close than names that agree as a whole. */
const LAST_PART_WEIGHT = 0.9;
/** It matters more that the words asked for are found than that the valid name has no others: people shorten names. */
const ASKED_WEIGHT = 0.7;
/** A common beginning decides between names that are else equally close, and nothing else. */
const BEGINNING_WEIGHT = 1e-3;
const COMMON_WORDS = new Set(['share', 'of', 'per', 'ms', 'max', 'min', 'mean']);
/** So that a name is not suggested for words as common as those, nor for a single letter. */
const MATCHED_WEIGHT_MIN = 3;
const BEGINNING_LENGTH_MIN = 3;

interface Name {
  /** Lower case, cut short. */
  text: string;
  words: string[];
  /** The part after the last `.` or `/`; null if there is neither. */
  last: Name | null;
}

function nameOf(name: string): Name {
  const short = name.slice(0, LENGTH_MAX);
  const at = Math.max(short.lastIndexOf('.'), short.lastIndexOf('/'));
  const words = (short.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g) ?? []).map((word) => word.toLowerCase());
  return { text: short.toLowerCase(), words, last: at < 0 ? null : nameOf(short.slice(at + 1)) };
}

/** 0 if the names have nothing to do with each other; 1 to 2 for slips of spelling, less for words in common. */
function closeness(asked: Name, name: Name): number {
  const beginning = BEGINNING_WEIGHT * (beginningLength(asked.text, name.text) / LENGTH_MAX);
  const edits = slipEdits(asked.text, name.text);
  if (edits < Infinity) return 2 - edits / (Math.max(asked.text.length, name.text.length) + 1) + beginning;
  const rest =
    asked.last === null && name.last === null
      ? wordsCloseness(asked.words, name.words)
      : LAST_PART_WEIGHT * closeness(asked.last ?? asked, name.last ?? name);
  return rest === 0 ? 0 : rest + beginning;
}

/** Infinity if there are more edits than a slip makes, or if nothing is left in common. */
function slipEdits(a: string, b: string): number {
  const length = Math.max(a.length, b.length);
  const editsMax = length < 2 ? 0 : Math.max(1, Math.floor(length / 4));
  if (Math.abs(a.length - b.length) > editsMax) return Infinity;
  const edits = editDistance(a, b);
  return edits <= editsMax ? edits : Infinity;
}

/**
 * The share of the characters asked for that stand in words of the name, and (weighing less) the share of the name's characters that were asked for; 0 if
 * that is not enough.
 */
function wordsCloseness(asked: readonly string[], name: readonly string[]): number {
  const left = [...name];
  let askedWeight = 0;
  let nameWeight = 0;
  for (const word of asked) {
    let matched = 0;
    let at = -1;
    for (const [i, other] of left.entries()) {
      const characters = matchedCharacters(word, other);
      if (characters > matched) [matched, at] = [characters, i];
    }
    if (at < 0) continue;
    const [other] = left.splice(at, 1);
    askedWeight += (weight(word) * matched) / Math.max(matched, word.length);
    nameWeight += (weight(other) * matched) / Math.max(matched, other.length);
  }
  if (askedWeight < MATCHED_WEIGHT_MIN) return 0;
  const common = (ASKED_WEIGHT * askedWeight) / total(asked) + ((1 - ASKED_WEIGHT) * nameWeight) / total(name);
  return common < WORDS_CLOSENESS_MIN ? 0 : common;
}

/**
 * How many characters two words have in common, if one is a slip of the other, its beginning or abbreviation (`nr` for `number`), or if they begin alike for at
 * least half of the longer one; else 0.
 */
function matchedCharacters(a: string, b: string): number {
  const edits = slipEdits(a, b);
  const longer = Math.max(a.length, b.length);
  if (edits < Infinity) return longer - edits;
  const beginning = beginningLength(a, b);
  if (beginning >= BEGINNING_LENGTH_MIN && beginning * 2 >= longer) return beginning;
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return isAbbreviation(short, long) ? short.length : 0;
}

/** Whether the letters of `short` stand in `long` in this order, the first at the beginning. */
function isAbbreviation(short: string, long: string): boolean {
  if (short.length < 2 || short[0] !== long[0]) return false;
  let at = -1;
  return [...short].every((letter) => (at = long.indexOf(letter, at + 1)) >= 0);
}

function beginningLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

function weight(word: string): number {
  return COMMON_WORDS.has(word) ? 1 : word.length;
}

function total(words: readonly string[]): number {
  return words.reduce((sum, word) => sum + weight(word), 0);
}
