/** What a text looks like without what it says: letters as A, digits as 9. For warnings and reports, where no text of a row may stand. */

/** `2026-06-01 9:05 PM` is `9999-99-99 9:99 AA`; cut to 40 characters. */
export function shapeOf(text: string): string {
  return anonymous(text.slice(0, TIME_LENGTH_MAX));
}

/** The same with runs made one: `2854 MAPLE ST / X` is `9 A A / A`. The empty text is `(empty)`. */
export function shortShapeOf(text: string): string {
  if (text === '') return '(empty)';
  return anonymous(text.slice(0, SHORT_LENGTH_MAX))
    .replace(/(.)\1+/g, '$1')
    .slice(0, TIME_LENGTH_MAX);
}

// --- internal ---

const TIME_LENGTH_MAX = 40;
const SHORT_LENGTH_MAX = 200;

/** Anything but plain punctuation is `?`: only ASCII gets through. */
function anonymous(text: string): string {
  return text
    .replace(/\s/g, ' ')
    .replace(/[\p{L}\p{M}]/gu, 'A')
    .replace(/\p{N}/gu, '9')
    .replace(/[^ -~]/gu, '?');
}
