import { mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isDeeperThan, readJsonFile } from './json-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'hundredblock-json-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('isDeeperThan', () => {
  it.each([
    [1, 0, false],
    [[], 0, true],
    [{ a: [1, { b: 2 }] }, 3, false],
    [{ a: [1, { b: 2 }] }, 2, true],
    [JSON.parse(`${'['.repeat(200_000)}${']'.repeat(200_000)}`), 16, true],
  ])('looks for levels beyond the allowed ones (case %#)', (value, depthMax, deeper) => {
    expect(isDeeperThan(value, depthMax)).toBe(deeper);
  });
});

describe('a JSON file', () => {
  it('may begin with a byte-order mark', () => {
    writeFileSync(join(folder, 'bom.json'), '\uFEFF{"a":1}');
    expect(readJsonFile(join(folder, 'bom.json'), 'a case')).toEqual({ a: 1 });
  });

  it.each<[name: string, make: (path: string) => void, found: string]>([
    ['missing', () => {}, 'a case in a readable file, found no such file'],
    ['endless', (path) => symlinkSync('/dev/zero', path), 'a case in a regular file, found something else'],
    ['cut off', (path) => writeFileSync(path, '{"a":'), 'a case in JSON, found text that does not parse as JSON'],
    ['deep', (path) => writeFileSync(path, `${'['.repeat(1e5)}${']'.repeat(1e5)}`), '16 levels of nesting, found more'],
    [
      'long',
      (path) => {
        writeFileSync(path, '');
        truncateSync(path, 10_000_001);
      },
      'at most 10000000 bytes, found 10000001',
    ],
  ])('that is %s is refused', (name, make, found) => {
    const path = join(folder, `${name}.json`);
    make(path);
    expect(() => readJsonFile(path, 'a case')).toThrow(
      expect.objectContaining({ code: 'HB_INPUT_FILE', message: expect.stringContaining(found) }),
    );
  });
});
