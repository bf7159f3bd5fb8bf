import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readJson, ROW_LENGTH_MAX, type JsonRow } from './json.ts';

async function* pieces(text: string, length: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += length) yield text.slice(at, at + length);
}

async function rowsOf(text: string, path: string[] = [], length = 5): Promise<JsonRow[]> {
  const rows: JsonRow[] = [];
  for await (const row of readJson(pieces(text, length), path, 'calls.json')) rows.push(row);
  return rows;
}

const values = (rows: JsonRow[]) => rows.map((r) => ('reject' in r ? r.reject : r.value));

/** Integers that a number can't hold become texts, as the reader has them. */
function exactly(_key: string, value: unknown): unknown {
  return Number.isInteger(value) && !Number.isSafeInteger(value) && /^-?\d+$/.test(String(value))
    ? String(value)
    : value;
}

describe('readJson', () => {
  it.each<[name: string, text: string, path: string[], expected: unknown[]]>([
    ['a list', ' [ {"a":1} , {"a":"]}\\""} ] ', [], [{ a: 1 }, { a: ']}"' }]],
    ['an empty list', '[]', [], []],
    [
      'lists as rows',
      '{"data":[[1,"x"],[2,"y"]]}',
      ['data'],
      [
        [1, 'x'],
        [2, 'y'],
      ],
    ],
    [
      'a path',
      '{"meta":{"n":[1,{"data":[9]}]},"result":{"total":2,"records":[{"a":1},{"a":2}]},"z":null}',
      ['result', 'records'],
      [{ a: 1 }, { a: 2 }],
    ],
    ['any element', '{"d":[{"calls":[1,2]},{"calls":[]},{"other":5},{"calls":[3]}]}', ['d', '*', 'calls'], [1, 2, 3]],
    ['any member', '{"north":[1],"south":[2,3]}', ['*'], [1, 2, 3]],
    ['an object of rows', '{"calls":{"17":{"a":1},"18":{"a":2}}}', ['calls'], [{ a: 1 }, { a: 2 }]],
    [
      'one bad row among good ones',
      '[{"a":1},{a:2},{"a":3},tru,{"a":4}]',
      [],
      [{ a: 1 }, 'not-json', { a: 3 }, 'not-json', { a: 4 }],
    ],
    ['a comma before the end', '[1,2,]', [], [1, 2]],
    [
      'integers beyond 2^53',
      '[{"id":12345678901234567890,"t":"9999999999999999","x":1.12345678901234567}]',
      [],
      [{ id: '12345678901234567890', t: '9999999999999999', x: 1.1234567890123457 }],
    ],
  ])('reads %s', async (_name, text, path, expected) => {
    for (const length of [1, 2, 1000]) expect(values(await rowsOf(text, path, length))).toEqual(expected);
  });

  it('tells the single values of the objects around a row, and its key', async () => {
    const rows = await rowsOf(
      '{"city":"X","d":[{"name":"North","calls":[{}],"late":1},{"name":"South","calls":[{}]}]}',
      ['d', '*', 'calls'],
    );
    expect(rows.map((r) => 'parents' in r && [r.parents.map((p) => ({ ...p })), r.key])).toEqual([
      [[{ name: 'North', late: 1 }, { city: 'X' }], '0'],
      [[{ name: 'South' }, { city: 'X' }], '0'],
    ]);
    const keyed = await rowsOf('{"17":{}}');
    expect(keyed).toMatchObject([{ key: '17' }]);
  });

  it.each([
    [
      'a cut-off list',
      '[{"a":1},{"a":2}',
      [],
      'calls.json: expected , or ] after row 2, found the end of the file (is it cut off?)',
    ],
    [
      'a cut-off row',
      '[{"a":1},{"a":',
      [],
      'calls.json: expected the end of a row or text after row 1, found the end of the file (is it cut off?)',
    ],
    ['no JSON', 'id,time\n1,2', [], 'calls.json: expected a JSON document beginning with [ or {, found "i"'],
    [
      'JSON Lines',
      '{"a":1}\n{"a":2}',
      [],
      'calls.json: expected the end of the file after the document (JSON Lines need "kind": "jsonl"), found "{"',
    ],
    ['a missing comma', '[{"a":1} {"a":2}]', [], 'calls.json: expected , or ] after row 1, found "{"'],
    [
      'a missing path',
      '{"result":{"recrods":[]}}',
      ['result', 'records'],
      'calls.json: expected rows at format.path "result.records", found "result", "recrods", did you mean recrods?',
    ],
  ])('refuses %s', async (_name, text, path, message) => {
    await expect(rowsOf(text, path)).rejects.toMatchObject({ code: 'HB_INPUT_FILE', message });
  });

  it('rejects a row that is too long, and no other', async () => {
    const text = `[{"a":1},{"a":"${'z'.repeat(ROW_LENGTH_MAX * 3)}"},{"a":3}]`;
    expect(values(await rowsOf(text, [], 1 << 16))).toEqual([{ a: 1 }, 'too-long', { a: 3 }]);
  });

  it('reads any list of values as JSON.parse does, however the text is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue()),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(undefined, 1),
        async (list, length, indent) => {
          const text = JSON.stringify({ skipped: list, rows: list }, null, indent);
          expect(values(await rowsOf(text, ['rows'], length))).toEqual(
            (JSON.parse(text, exactly) as { rows: unknown[] }).rows,
          );
        },
      ),
      { numRuns: 150 },
    );
  });
});
