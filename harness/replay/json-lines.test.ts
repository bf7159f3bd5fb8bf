import { expect, it } from 'vitest';
import { ROW_LENGTH_MAX, readJsonLines, type LineRow } from './json.ts';

async function rowsOf(text: string, length: number): Promise<LineRow[]> {
  async function* pieces() {
    for (let at = 0; at < text.length; at += length) yield text.slice(at, at + length);
  }
  const rows: LineRow[] = [];
  for await (const row of readJsonLines(pieces())) rows.push(row);
  return rows;
}

it.each<[name: string, text: string, rows: LineRow[]]>([
  ['lines and blank lines', '{"a":1}\r\n\n  \n[2]\n', [{ value: { a: 1 } }, { value: [2] }]],
  ['no newline at the end', '{"a":1}\n{"a":2}', [{ value: { a: 1 } }, { value: { a: 2 } }]],
  ['a cut-off last line', '{"a":1}\n{"a":', [{ value: { a: 1 } }, { reject: 'not-json' }]],
  ['a bad line', 'x\n{"a":1}\n', [{ reject: 'not-json' }, { value: { a: 1 } }]],
])('reads %s', async (_name, text, rows) => {
  for (const length of [1, 4, 1000]) expect(await rowsOf(text, length)).toEqual(rows);
});

it.each([ROW_LENGTH_MAX + 1, ROW_LENGTH_MAX * 5])(
  'rejects a line of %i characters once, and no other',
  async (length) => {
    const expected = [{ value: 1 }, { reject: 'too-long' }, { value: 2 }];
    expect(await rowsOf(`1\n"${'z'.repeat(length)}"\n2\n`, 1 << 17)).toEqual(expected);
    expect(await rowsOf(`1\n"${'z'.repeat(length)}"`, 1 << 17)).toEqual(expected.slice(0, 2));
  },
);
