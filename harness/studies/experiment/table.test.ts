import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { expect, it } from 'vitest';
import { codebookOf, csvOf, parquetOf, type Table } from './table.ts';

const column = (name: string, type: Table['columns'][number]['type'], unit: string) => ({
  name,
  type,
  unit,
  description: `what ${name} means`,
  source: '-',
});
const table: Table = {
  name: 'results',
  description: 'A test',
  columns: [column('label', 'text', '-'), column('seed', 'integer', '-'), column('value', 'number', 'min')],
  rows: [
    ['plain', 1, 0.1],
    ['a "quoted", one', 2 ** 40, null],
    ['', 3, 1e-300],
  ],
};

it('CSV quotes cells that need it, tells null from an empty text, and keeps every digit', () => {
  expect(csvOf(table)).toBe('label,seed,value\r\nplain,1,0.1\r\n"a ""quoted"", one",1099511627776,\r\n"",3,1e-300\r\n');
});

it('Parquet holds the same, with types, nulls and units, for an independent reader', async () => {
  const bytes = parquetOf(table);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  expect(await parquetReadObjects({ file })).toEqual([
    { label: 'plain', seed: 1n, value: 0.1 },
    { label: 'a "quoted", one', seed: 1099511627776n, value: null },
    { label: '', seed: 3n, value: 1e-300 },
  ]);
  const { key_value_metadata: pairs, schema } = parquetMetadata(file);
  expect(pairs).toContainEqual({ key: 'unit.value', value: 'min' });
  expect(schema.slice(1).map(({ type }) => type)).toEqual(['BYTE_ARRAY', 'INT64', 'DOUBLE']);
});

it('both are the same bytes for the same rows', () => {
  expect(parquetOf(structuredClone(table))).toEqual(parquetOf(table));
});

it('the codebook has a row for each column', () => {
  const values = [{ column: 'label', name: 'plain', unit: 'min', description: 'd', source: 's' }];
  expect(codebookOf([table], values).rows).toEqual([
    ['results', 'label', 'text', '-', 'what label means', '-'],
    ['results', 'seed', 'integer', '-', 'what seed means', '-'],
    ['results', 'value', 'number', 'min', 'what value means', '-'],
    ['values of label', 'plain', 'number', 'min', 'd', 's'],
  ]);
});
