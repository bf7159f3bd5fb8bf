import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ROW_LENGTH_MAX, readCsv, type CsvRow } from './csv.ts';

async function* pieces(text: string, length: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += length) yield text.slice(at, at + length);
}

async function rowsOf(
  text: string,
  length = 7,
  options = { delimiter: ',', quote: '"' as string | null },
): Promise<CsvRow[]> {
  const rows: CsvRow[] = [];
  for await (const row of readCsv(pieces(text, length), options)) rows.push(row);
  return rows;
}

const cells = (...lists: string[][]): CsvRow[] => lists.map((c) => ({ cells: c }));
const badQuotes: CsvRow = { reject: 'bad-quotes' };
const tooLong: CsvRow = { reject: 'too-long' };

describe('readCsv', () => {
  it.each<[name: string, text: string, rows: CsvRow[]]>([
    ['LF', 'a,b\n1,2\n', cells(['a', 'b'], ['1', '2'])],
    ['CRLF and no newline at the end', 'a,b\r\n1,2', cells(['a', 'b'], ['1', '2'])],
    ['blank lines', 'a\n\n\r\nb\n', cells(['a'], ['b'])],
    ['empty cells', ',\n"",\n', cells(['', ''], ['', ''])],
    ['quoted delimiters and quotes', '"a,b","say ""hi"""\n', cells(['a,b', 'say "hi"'])],
    ['quoted newlines', '"a\nb\r\nc",2\r\n', cells(['a\nb\r\nc', '2'])],
    ['quotes inside an unquoted cell', `5' 10",x\n`, cells([`5' 10"`, 'x'])],
    ['a quoted last cell at the end', 'x,"y"', cells(['x', 'y'])],
    ['a delimiter at the end', '"x",', cells(['x', ''])],
    ['text after a closing quote: that line alone is bad', '"a"b,c\n1,2\n', [badQuotes, ...cells(['1', '2'])]],
    [
      'a quote that never closes: that line alone is bad',
      '1,"abc\n2,x\n3,y\n',
      [badQuotes, ...cells(['2', 'x'], ['3', 'y'])],
    ],
    [
      'a quote that closes in the next line',
      '1,"abc\n2,"x",3\n4,5,6\n',
      [badQuotes, ...cells(['2', 'x', '3'], ['4', '5', '6'])],
    ],
    ['nothing but an open quote', '"abc', [badQuotes]],
  ])('%s', async (_name, text, rows) => {
    for (const length of [1, 3, 1000]) expect(await rowsOf(text, length)).toEqual(rows);
  });

  it('takes quotes for text where the file has no quoting', async () => {
    expect(await rowsOf('"a;b\n', 5, { delimiter: ';', quote: null })).toEqual(cells(['"a', 'b']));
  });

  it.each([
    ['in the middle', (long: string) => `1,2\n${long}\n3,4\n`, [...cells(['1', '2']), tooLong, ...cells(['3', '4'])]],
    ['at the end', (long: string) => `1,2\n${long}`, [...cells(['1', '2']), tooLong]],
    ['in quotes', (long: string) => `1,2\n"${long}",x\n3,4\n`, [...cells(['1', '2']), tooLong, ...cells(['3', '4'])]],
    [
      'quoted, not closed, after lines',
      (long: string) => `"x\n${long}\n3,4\n`,
      [badQuotes, tooLong, ...cells(['3', '4'])],
    ],
  ])('rejects a row that is too long %s, and no other', async (_name, make, rows) => {
    for (const long of ['z'.repeat(ROW_LENGTH_MAX + 1), 'z'.repeat(ROW_LENGTH_MAX * 4)])
      expect(await rowsOf(make(long), 1 << 17)).toEqual(rows);
  });

  it('reads back any cells that were written by the book, however the text is cut', async () => {
    const cell = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', 'a', ' ') }),
    );
    const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 5 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(
        table,
        fc.integer({ min: 1, max: 20 }),
        fc.constantFrom('\n', '\r\n'),
        async (rows, length, newline) => {
          const text = rows.map((r) => r.map((c) => `"${c.replaceAll('"', '""')}"`).join(',') + newline).join('');
          expect(await rowsOf(text, length)).toEqual(rows.map((r) => ({ cells: r })));
        },
      ),
      { numRuns: 200 },
    );
  });
});
