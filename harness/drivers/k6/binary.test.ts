import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { EXIT } from '../../../contract/errors.ts';
import { findK6, isRecent, versionOf } from './binary.ts';

const folder = mkdtempSync(join(tmpdir(), 'hundredblock-k6-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A program that prints a version. */
function program(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\necho '${text}'\n`);
  chmodSync(path, 0o755);
  return path;
}

describe('k6', () => {
  it.each([
    ['k6 v2.2.0 (go1.26.8, linux/amd64)', '2.2.0'],
    ['k6 v0.49.0 (commit/a1b2c3, go1.21.6, linux/amd64)\nExtensions:\n  x v1.0.0', '0.49.0'],
    ['k6.exe v2.0.0-rc1 (go1.25, windows/amd64)', '2.0.0'],
    ['something v2.0.0', null],
    ['', null],
  ])('says its version: %s', (text, version) => expect(versionOf(text)).toBe(version));

  it('is recent from 2.0.0 on', () => {
    expect(['0.49.0', '1.9.9', '2.0.0', '2.2.0', '10.0.0'].map(isRecent)).toEqual([false, false, true, true, true]);
  });

  it('is the first that is recent enough', () => {
    const old = program('old', 'k6 v1.3.0 (go1.24, linux/amd64)');
    const recent = program('recent', 'k6 v2.1.0 (go1.25, linux/amd64)');
    expect(findK6([join(folder, 'none'), old, recent])).toEqual({ path: recent, version: '2.1.0' });
  });

  it('is asked for in one line, which names both ways to get it', () => {
    const old = program('old', 'k6 v1.3.0 (go1.24, linux/amd64)');
    expect(() => findK6([join(folder, 'none')])).toThrow(
      'k6: expected v2.0.0 or newer, on the PATH (https://k6.io) or built by npm run k6 (needs Go), found none',
    );
    expect(() => findK6([old])).toThrow('found v1.3.0');
    expect(() => findK6([old])).toThrow(expect.objectContaining({ code: 'HB_TOOL', exitCode: EXIT.usage }));
  });
});
