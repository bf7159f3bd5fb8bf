import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { COLUMNS, readSamples, SOAK_SCHEMA, writeSamples } from './samples.ts';
import { soakSamples } from './soaks.testing.ts';

const folder = mkdtempSync(join(tmpdir(), 'hundredblock-samples-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, 'soak.jsonl');
const header = { schema: SOAK_SCHEMA, scenario: 'smoke', seed: 1, speed: 60, everyMs: 1000, columns: COLUMNS };

describe('soak.jsonl', () => {
  it('holds the samples, and null for values that are not known', () => {
    const samples = soakSamples(10, 1);
    samples['target.fds'][3] = NaN;
    writeSamples(path, header, samples);
    const read = readSamples(path);
    expect(read.header).toEqual(header);
    for (const column of COLUMNS)
      for (let i = 0; i < 10; i += 1) {
        const given = samples[column][i];
        if (Number.isNaN(given)) expect(read.samples[column][i]).toBeNaN();
        else expect(read.samples[column][i]).toBeCloseTo(given, 2);
      }
  });

  it('may lack columns, and hold others', () => {
    writeFileSync(path, `${JSON.stringify({ ...header, columns: ['second', 'new'] })}\n[1,5]\n[2,6]\n`);
    const { samples } = readSamples(path);
    expect([...samples.second]).toEqual([1, 2]);
    expect(samples['target.fds']).toEqual(new Float64Array(2).fill(NaN));
  });

  it.each([
    ['nothing', ''],
    ['another version', `${JSON.stringify({ ...header, schema: 'hundredblock.soak/2.0' })}\n`],
    ['a row of another length', `${JSON.stringify(header)}\n[1,2]\n`],
    ['a line that is no row', `${JSON.stringify(header)}\n{"second":1}\n`],
  ])('is refused if it holds %s', (_, text) => {
    writeFileSync(path, text);
    expect(() => readSamples(path)).toThrow(expect.objectContaining({ code: 'HB_RECORD_FILE' }));
  });

  it('is refused if it does not exist', () => {
    expect(() => readSamples(join(folder, 'none'))).toThrow('expected a file that can be read, found ENOENT');
  });
});
