import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { tokenize } from './tokens.ts';

const texts = (source: string, kind: string) =>
  tokenize(source)
    .filter((token) => token.kind === kind)
    .map((token) => token.text);

describe('tokenize', () => {
  it.each([
    ['a ** b', 'punctuation', ['**']],
    ['a **= b', 'punctuation', ['**=']],
    ['/** a ** b */ // c ** d\n1', 'punctuation', []],
    ["'a ** b'", 'string', ['a ** b']],
    [`"it's // no comment"`, 'string', ["it's // no comment"]],
    ["'a\\'b' + 'c'", 'string', ["a\\'b", 'c']],
    ['`a ** ${b ** c} **`', 'punctuation', ['**']],
    ['`${`${1 ** 2}`}`', 'punctuation', ['**']],
    ['`a ${{ b: { c: 1 } }.b} d`', 'template', ['`a ${} d'.slice(1)]],
    ['/a ** [/*] b/g.test(x)', 'regex', ['/a ** [/*] b/g']],
    ['a / b / c', 'regex', []],
    ['(a) / b / c', 'regex', []],
    ['return /x/', 'regex', ['/x/']],
    ['x = /[/"]/; y = "z"', 'string', ['z']],
    ['1_000.5e3', 'number', ['1_000.5e3']],
    ['größe', 'word', ['größe']],
    ['a\n/* b\n */ c', 'word', ['a', 'c']],
  ])('%s has the %s tokens %j', (source, kind, expected) => {
    expect(texts(source, kind)).toEqual(expected);
  });

  it('counts lines through comments, templates and strings', () => {
    const source = 'a\n/* x\n x */ b\n`t\n${c}\n` d';
    expect(tokenize(source).map((token) => [token.text, token.line])).toEqual([
      ['a', 1],
      ['b', 3],
      ['t\n${}\n', 4],
      ['c', 5],
      ['d', 6],
    ]);
  });

  it('balances the brackets of every source file of the contract', () => {
    const folder = fileURLToPath(new URL('../contract', import.meta.url));
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    for (const name of names) {
      const marks = texts(readFileSync(join(folder, name), 'utf8'), 'punctuation');
      for (const [open, close] of ['()', '[]', '{}']) {
        expect(marks.filter((mark) => mark === open).length, `${name} ${open}`).toBe(
          marks.filter((mark) => mark === close).length,
        );
      }
    }
  });
});
