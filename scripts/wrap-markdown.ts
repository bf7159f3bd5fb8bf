/**
 * Markdown in lines of at most 100 columns; tables, code and headings stay as they are. `npm run wrap -- FILE...` rewrites the
 * files named, without names all pages of the repository.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const WIDTH = 100;
const FENCE = /^ *(`{3,}|~{3,})/;
const ITEM = /^( *)([-*+]|\d+[.)]) +/;
/** Lines that are taken as they stand: headings, tables, rules, quotes, and HTML. */
const VERBATIM = /^ *(#{1,6} |\||>|<|(-{3,}|\*{3,}|_{3,})\s*$)/;
/** A word that would begin a list, a heading or a table if it stood first on its line. */
const MARKER = /^([-*+=>|]|#+|\d+[.)])$/;
/** Code and links are never cut in two; a space joined to them keeps a word and its markup together. */
const ATOM = /(?:`[^`]*`|!?\[[^\]]*\]\([^)]*\)|[^\s`[]|[`[])+/g;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const all = spawnSync('git', ['ls-files', '*.md'], { cwd: root, encoding: 'utf8' }).stdout.trim().split('\n');
  const paths = process.argv.length > 2 ? process.argv.slice(2) : all.map((path) => join(root, path));
  for (const path of paths) {
    const text = readFileSync(path, 'utf8');
    const wrapped = wrapMarkdown(text);
    if (wrapped !== text) writeFileSync(path, wrapped);
  }
}

/** The same Markdown in lines of at most 100 columns, except where one word is longer. */
export function wrapMarkdown(text: string): string {
  const lines = text.split('\n');
  const out: string[] = [];
  for (let i = 0; i < lines.length;) {
    const end = blockEnd(lines, i);
    const block = lines.slice(i, end);
    out.push(...(isParagraph(lines, i) ? wrapParagraph(block) : block));
    i = end;
  }
  return out.join('\n');
}

/** Lines that are too long and could be broken, numbered from 1. */
export function longLines(text: string): number[] {
  const lines = text.split('\n');
  const found: number[] = [];
  for (let i = 0; i < lines.length;) {
    const end = blockEnd(lines, i);
    for (let at = i; at < end; at += 1) {
      if (isParagraph(lines, i) && lines[at].length > WIDTH && wrapParagraph([lines[at]]).length > 1)
        found.push(at + 1);
    }
    i = end;
  }
  return found;
}

// --- internal ---

/** Where the block that begins at line `i` ends: a fenced block, a paragraph or item, else one line. */
function blockEnd(lines: readonly string[], i: number): number {
  const fence = FENCE.exec(lines[i])?.[1];
  if (fence !== undefined) {
    const close = lines.findIndex((line, at) => at > i && line.trim().startsWith(fence));
    return close === -1 ? lines.length : close + 1;
  }
  if (!isParagraph(lines, i)) return i + 1;
  let end = i + 1;
  while (end < lines.length && isParagraph(lines, end) && !ITEM.test(lines[end])) end += 1;
  return end;
}

function isParagraph(lines: readonly string[], i: number): boolean {
  const line = lines[i];
  return line.trim() !== '' && !FENCE.test(line) && !VERBATIM.test(line) && !isIndentedCode(lines, i);
}

/** Four spaces after a blank line are code, unless the text belongs to an item of a list above. */
function isIndentedCode(lines: readonly string[], i: number): boolean {
  if (!/^ {4,}\S/.test(lines[i]) || ITEM.test(lines[i])) return false;
  const above = lines.slice(0, i).findLast((line) => line.trim() !== '' && !/^ {4,}/.test(line)) ?? '';
  return !ITEM.test(above) && !/^ {1,3}\S/.test(above);
}

function wrapParagraph(block: readonly string[]): string[] {
  const first = ITEM.exec(block[0])?.[0] ?? /^ */.exec(block[0])![0];
  const rest = ' '.repeat(first.length);
  const words = block.join(' ').slice(first.length).match(ATOM) ?? [];
  const out: string[] = [];
  let line = first;
  for (const word of words) {
    const isEmpty = line === first || line === rest;
    if (!isEmpty && line.length + 1 + word.length > WIDTH && !MARKER.test(word)) {
      out.push(line);
      line = rest + word;
    } else line += isEmpty ? word : ` ${word}`;
  }
  return [...out, line];
}
