import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { checkOut, checkoutAt } from './checkout.ts';

let repository = '';
const git = (...args: string[]): string =>
  execFileSync('git', ['-C', repository, '-c', 'user.name=test', '-c', 'user.email=test@example.com', ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();

beforeAll(() => {
  repository = mkdtempSync(join(tmpdir(), 'hundredblock-repository-'));
  git('init', '--quiet', '--initial-branch', 'main');
  mkdirSync(join(repository, 'bin'));
  mkdirSync(join(repository, 'node_modules'));
  writeFileSync(join(repository, 'node_modules', 'marker'), 'installed');
  const commit = (lock: string, build: string, tag: string): void => {
    writeFileSync(join(repository, 'package-lock.json'), lock);
    writeFileSync(join(repository, 'bin', 'hundredblock.js'), build);
    git('add', 'bin', 'package-lock.json');
    git('commit', '--quiet', '-m', tag);
    git('tag', tag);
  };
  commit('other packages', 'oldest', 'v1');
  commit('packages', 'older', 'v2');
  commit('packages', 'newest', 'v3');
});
afterAll(() => rmSync(repository, { recursive: true, force: true }));

describe('a commit', () => {
  it('is checked out beside the repository, with its packages, and removed without a trace', () => {
    const { root, commit, remove } = checkOut(repository, 'v2');
    expect(commit).toBe(git('rev-parse', 'v2'));
    expect(readFileSync(join(root, 'bin', 'hundredblock.js'), 'utf8')).toBe('older');
    expect(readFileSync(join(root, 'node_modules', 'marker'), 'utf8')).toBe('installed');
    expect(readFileSync(join(repository, 'bin', 'hundredblock.js'), 'utf8')).toBe('newest');
    remove();
    remove();
    expect(existsSync(root)).toBe(false);
    expect(git('worktree', 'list').split('\n')).toHaveLength(1);
    expect(readFileSync(join(repository, 'node_modules', 'marker'), 'utf8')).toBe('installed');
  });

  it('with other packages is refused, and leaves nothing behind', () => {
    expect(() => checkOut(repository, 'v1')).toThrow(expect.objectContaining({ code: 'HB_INPUT_FILE' }));
    expect(() => checkOut(repository, 'v1')).toThrow(/package-lock\.json.*npm ci.*dir:FOLDER/);
    expect(git('worktree', 'list').split('\n')).toHaveLength(1);
  });

  it.each(['v9', '--help', ''])('that does not exist (%s) is refused', (ref) => {
    expect(() => checkOut(repository, ref)).toThrow(expect.objectContaining({ code: 'HB_USAGE' }));
  });
});

describe('the bundle of a side', () => {
  const withBuild = (program: string): string => {
    const folder = join(repository, 'built');
    mkdirSync(join(folder, 'bin'), { recursive: true });
    mkdirSync(join(folder, 'scripts'), { recursive: true });
    symlinkSync(fileURLToPath(new URL('../../../node_modules', import.meta.url)), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'bin', 'hundredblock.js'), '');
    writeFileSync(join(folder, 'scripts', 'build.ts'), program);
    return folder;
  };
  afterEach(() => rmSync(join(repository, 'built'), { recursive: true }));

  it('is renewed before its trials', () => {
    const folder = withBuild(
      `import { writeFileSync } from 'node:fs'; writeFileSync('made', process.argv.slice(2).join() as string);`,
    );
    checkoutAt(folder);
    expect(readFileSync(join(folder, 'made'), 'utf8')).toBe('--if-stale');
  });

  it('that can not be built is an error', () => {
    const folder = withBuild('process.exitCode = 3;');
    expect(() => checkoutAt(folder)).toThrow(/^dir:.*expected npm run build to succeed there, found a failure$/);
  });
});

describe('a folder', () => {
  it('is used as it is, and must hold bin/hundredblock.js', () => {
    expect(checkoutAt(repository)).toBe(repository);
    expect(git('status', '--porcelain')).toBe('?? node_modules/');
    expect(() => checkoutAt(join(repository, 'bin'))).toThrow(/expected bin\/hundredblock\.js in it, found none/);
  });
});
