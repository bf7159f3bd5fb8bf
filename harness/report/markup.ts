/** Pieces of HTML that every section is made of. What comes from a record passes through `escapeHtml`. */

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

export interface TableColumn {
  head: string;
  /** Numbers stand right-aligned in figures of one width. */
  numeric?: boolean;
}

/** A captioned table that scrolls inside itself where the screen is narrow. Cells are HTML. */
export function table(caption: string, columns: TableColumn[], rows: string[][]): string {
  const cellClass = (i: number) => (columns[i].numeric === true ? ' class="num"' : '');
  const head = columns.map((c, i) => `<th scope="col"${cellClass(i)}>${escapeHtml(c.head)}</th>`).join('');
  const body = rows.map((cells) => {
    const [first, ...rest] = cells;
    const others = rest.map((cell, i) => `<td${cellClass(i + 1)}>${cell}</td>`).join('');
    return `<tr><th scope="row"${cellClass(0)}>${first}</th>${others}</tr>`;
  });
  const label = escapeHtml(caption);
  return (
    `<div class="scroll" role="region" aria-label="${label}" tabindex="0"><table><caption>${label}</caption>` +
    `<thead><tr>${head}</tr></thead><tbody>${body.join('\n')}</tbody></table></div>`
  );
}

export function details(summary: string, body: string): string {
  return `<details><summary>${escapeHtml(summary)}</summary>${body}</details>`;
}

export function paragraph(text: string): string {
  return `<p>${escapeHtml(text)}</p>`;
}
