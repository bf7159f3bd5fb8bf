/** Tests only: records in which every string tries to write a tag into the page that shows it. */
import { parseHTML } from 'linkedom';

/** Breaks out of an attribute in either kind of quotes, then out of the tag. */
export const HOSTILE = `"'><img src=x onerror="alert(1)">&lt;img`;

/** A copy in which each string is hostile, and each object has a hostile key, unless `isAllowed` refuses the copy with that change in it. */
export function hostileCopy<T>(value: T, isAllowed: (changed: T) => boolean): { value: T; changed: string[] } {
  const copy = structuredClone(value);
  const changed: string[] = [];
  const visit = (node: unknown, path: string): void => {
    if (typeof node !== 'object' || node === null) return;
    const holder = node as Record<string, unknown>;
    for (const [key, old] of Object.entries(holder)) {
      if (typeof old === 'string') {
        holder[key] = HOSTILE;
        if (isAllowed(copy)) changed.push(`${path}.${key}`);
        else holder[key] = old;
      } else visit(old, `${path}.${key}`);
    }
    if (Array.isArray(node)) return;
    const [first] = Object.values(holder);
    holder[HOSTILE] = structuredClone(first);
    if (first === undefined || !isAllowed(copy)) delete holder[HOSTILE];
  };
  visit(copy, '');
  return { value: copy, changed };
}

/** Tags, attributes and raw text by which hostile strings got into a page; and the number of places at which they are shown as text. */
export function intrusions(page: string): { found: string[]; shown: number } {
  const { document } = parseHTML(page);
  const found = [
    ...page.matchAll(/.{0,60}<img/g),
    ...[...document.querySelectorAll('img, [onerror], [src]')].map(({ outerHTML }) => [outerHTML.slice(0, 80)]),
  ].map(([text]) => text);
  return { found, shown: page.split('img src=x').length - 1 };
}
