/** HTML as a type of its own: whatever a template is given is escaped unless it is HTML already, so no record can write a tag into a page. */

/** Text and numbers are escaped, HTML stands as it is, and a list stands member by member without anything between. */
export type HtmlValue = string | number | Html | readonly HtmlValue[];

/** A piece of HTML. Only `html`, `rawHtml` and what is built on them make one. */
export type Html = Piece;

/** Tag of a template: html`<b>${name}</b>`. Attributes must stand in double quotes. */
export function html(parts: TemplateStringsArray, ...values: HtmlValue[]): Html {
  return new Piece(parts.map((part, i) => (i === 0 ? part : markupOf(values[i - 1]) + part)).join(''));
}

/** Takes a text for HTML without looking at it. It is for text that a program wrote, never for text from a record or a file. */
export function rawHtml(text: string): Html {
  return new Piece(text);
}

/** Values one to a line. */
export function joinLines(values: readonly HtmlValue[]): Html {
  return new Piece(values.map(markupOf).join('\n'));
}

// --- internal ---

/** Without a `toString`, so that HTML put into a plain string shows at once instead of passing for text. */
class Piece {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

function markupOf(value: HtmlValue): string {
  if (value instanceof Piece) return value.text;
  if (typeof value === 'object') return value.map(markupOf).join('');
  return String(value).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}
