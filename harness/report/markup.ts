/** Pieces of HTML that every section is made of. */
import { html, joinLines, type Html, type HtmlValue } from './html.ts';

export interface TableColumn {
  head: string;
  /** Numbers stand right-aligned in digits of one width. */
  numeric?: boolean;
}

/** A captioned table that scrolls inside itself when the screen is narrow. The first cell of a row is its heading. */
export function table(caption: string, columns: TableColumn[], rows: readonly (readonly HtmlValue[])[]): Html {
  const cellClass = (i: number) => (columns[i].numeric === true ? html` class="num"` : '');
  const head = columns.map((column, i) => html`<th scope="col"${cellClass(i)}>${column.head}</th>`);
  const body = rows.map(([first, ...rest]) => {
    const others = rest.map((cell, i) => html`<td${cellClass(i + 1)}>${cell}</td>`);
    return html`<tr><th scope="row"${cellClass(0)}>${first}</th>${others}</tr>`;
  });
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table><caption>${caption}</caption><thead><tr>${head}</tr></thead><tbody>${joinLines(body)}</tbody></table></div>`;
}

/** Terms, each with its value beside it. */
export function factList(facts: readonly (readonly [term: string, value: HtmlValue])[]): Html {
  const items = facts.map(([term, value]) => html`<dt>${term}</dt><dd>${value}</dd>`);
  return html`<dl class="facts">${joinLines(items)}</dl>`;
}

/** Something that a reader may open. */
export function details(summary: string, body: Html): Html {
  return html`<details><summary>${summary}</summary>${body}</details>`;
}

export function paragraph(content: HtmlValue): Html {
  return html`<p>${content}</p>`;
}

/** The heading of a part of a section. */
export function heading(text: string): Html {
  return html`<h3>${text}</h3>`;
}

/** A coloured box: green, red or yellow. */
export function banner(kind: 'ok' | 'bad' | 'note', content: HtmlValue): Html {
  return html`<div class="banner ${kind}">${content}</div>`;
}
