import { expect, it } from 'vitest';
import { longLines, wrapMarkdown } from './wrap-markdown.ts';

const WORDS = 'word '.repeat(30).trim();

it.each([
  ['a paragraph', WORDS, 2],
  ['an item', `- ${WORDS}`, 2],
  ['a link that would be cut', `${'word '.repeat(18)}[a text of several words](docs/page.md)`, 2],
  ['a table', `| ${WORDS} |`, 1],
  ['a heading', `# ${WORDS}`, 1],
  ['indented code', `    ${WORDS}`, 1],
  ['a fenced block', `\`\`\`\n${WORDS}\n\`\`\``, 3],
  ['one long word', 'x'.repeat(150), 1],
])('%s', (_name, text, lines) => {
  const wrapped = wrapMarkdown(text);
  expect(wrapped.split('\n')).toHaveLength(lines);
  expect(wrapped.replace(/\s+/g, ' ')).toBe(text.replace(/\s+/g, ' '));
  expect(wrapMarkdown(wrapped)).toBe(wrapped);
  expect(longLines(text)).toEqual(lines === 2 ? [1] : []);
  expect(longLines(wrapped)).toEqual([]);
});

it('indents the lines of an item below its text, and keeps items apart', () => {
  const wrapped = wrapMarkdown(`1. ${WORDS}\n2. next\n   goes on`);
  expect(wrapped.split('\n').map((line) => line.slice(0, 4))).toEqual(['1. w', '   w', '2. n']);
});

it('begins no line with a sign that would make it a list', () => {
  const text = `${'word '.repeat(19)}five - six 1. seven`;
  expect(
    wrapMarkdown(text)
      .split('\n')
      .every((line) => /^\w+ /.test(line) && !line.startsWith('1.')),
  ).toBe(true);
});
