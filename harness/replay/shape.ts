/** Shapes of texts: letters as A, digits as 9. Warnings and reports show them, since no text of a row may stand there. */

/** The shape of a text, cut to 40 characters: that of `2026-06-01 9:05 PM` is `9999-99-99 9:99 AA`. */
export function shapeOf(text: string): string {
  return anonymous(text.slice(0, TIME_LENGTH_MAX));
}

/** The shape with repetitions as one, cut to 40 characters: that of `2854 MAPLE ST / X` is `9 A A / A`. The empty text has `(empty)`. */
export function shortShapeOf(text: string): string {
  if (text === '') return '(empty)';
  return anonymous(text.slice(0, SHORT_LENGTH_MAX))
    .replace(/(.)\1+/g, '$1')
    .slice(0, TIME_LENGTH_MAX);
}

// --- internal ---

const TIME_LENGTH_MAX = 40;
const SHORT_LENGTH_MAX = 200;

/** Only ASCII gets through: what is neither letter, digit nor plain punctuation becomes `?`. */
function anonymous(text: string): string {
  return text
    .replace(/\s/g, ' ')
    .replace(/[\p{L}\p{M}]/gu, 'A')
    .replace(/\p{N}/gu, '9')
    .replace(/[^ -~]/gu, '?');
}
