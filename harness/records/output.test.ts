import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openOutput, outputError } from './output.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hundredblock-output-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(dir: string, name: string, text = name): void {
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, name), text);
}

describe('a new folder', () => {
  it('appears whole, with the folders on the way to it', () => {
    const target = join(folder, 'a', 'b');
    const output = openOutput(target);
    put(output.stageDir, 'run.json');
    expect(existsSync(target)).toBe(false);
    expect(output.commit('id')).toBe(target);
    output.discard();
    expect(readdirSync(target)).toEqual(['run.json']);
    expect(readdirSync(join(folder, 'a'))).toEqual(['b']);
  });

  it('leaves nothing behind when discarded', () => {
    const output = openOutput(join(folder, 'a', 'b'));
    put(output.stageDir, 'run.json');
    output.discard();
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('an existing folder', () => {
  it('is used if it is empty', () => {
    const output = openOutput(folder);
    put(output.stageDir, 'run.json');
    output.commit('id');
    expect(readdirSync(folder)).toEqual(['run.json']);
  });

  it('has an earlier run replaced, but only on commit', () => {
    put(folder, 'run.json', 'old');
    put(folder, 'notes.txt');
    const output = openOutput(folder);
    put(output.stageDir, 'run.json', 'new');
    expect(readFileSync(join(folder, 'run.json'), 'utf8')).toBe('old');
    output.commit('id');
    expect(readFileSync(join(folder, 'run.json'), 'utf8')).toBe('new');
    expect(readdirSync(folder).sort()).toEqual(['notes.txt', 'run.json']);
  });

  it('is left as it was when discarded', () => {
    put(folder, 'run.json', 'old');
    const output = openOutput(folder);
    put(output.stageDir, 'run.json', 'new');
    output.discard();
    expect(readdirSync(folder)).toEqual(['run.json']);
    expect(readFileSync(join(folder, 'run.json'), 'utf8')).toBe('old');
  });
});

describe('refusals', () => {
  it.each([
    ['a file', 'file', 'found a file'],
    ['a folder below a file', 'file/below', '(a file stands where a folder should)'],
    ['a folder of other things', '', 'found a folder of 1 other files'],
    ['a name too long', 'x'.repeat(300), 'found ENAMETOOLONG (the name is too long)'],
  ])('%s', (_what, name, text) => {
    put(folder, 'file');
    expect(() => openOutput(join(folder, name))).toThrow(
      expect.objectContaining({ code: 'HB_OUTPUT', message: expect.stringContaining(text) }),
    );
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('names a full disk, and passes on errors that no file system reported', () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {
      code: 'ENOSPC',
      syscall: 'write',
    });
    expect(outputError('here', full)).toMatchObject({
      code: 'HB_OUTPUT',
      message: 'here: expected a folder that can be written, found ENOSPC (no space left on the disk)',
    });
    const other = new TypeError('x');
    expect(outputError('here', other)).toBe(other);
  });
});
