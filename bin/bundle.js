// Which code runs: the bundle in dist/, or the TypeScript sources through tsx. An installed package always uses its bundle. A checkout uses
// its bundle if no file that the bundle was built from has changed since.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { nameSources } from './stack-traces.js';

/** scripts/build.ts writes it last. `files` holds [path from the root, size in bytes, mtimeMs, hash] for each source. */
export const STAMP = 'dist/stamp.json';

/**
 * Some 500 calls of stat: a few milliseconds. A file whose time alone differs, as after a change of branch and back, is compared by content.
 * @returns {'current' | 'stale' | 'absent'}
 */
export function bundleState() {
  // Only a checkout has the program that builds the bundle.
  if (!existsSync(at('scripts/build.ts'))) return 'current';
  let files;
  try {
    ({ files } = JSON.parse(readFileSync(at(STAMP), 'utf8')));
  } catch {
    return 'absent';
  }
  return files.every(isUnchanged) ? 'current' : 'stale';
}

/**
 * Imports a module of this package by its path from the root, such as `harness/cli/main.ts`: from the bundle if that is current
 * and has the module, else from source. `isCurrent` is left out if nobody knows yet.
 * @param {string} path
 * @param {boolean} [isCurrent]
 */
export async function load(path, isCurrent = bundleState() === 'current') {
  const built = at(`dist/${path.replace(/\.ts$/, '.js')}`);
  if (isCurrent && existsSync(built)) {
    nameSources();
    return import(built.href);
  }
  const { register } = await import('tsx/esm/api');
  // `tsconfig: false`, because the folder a user happens to stand in must not change how this program is read.
  register({ tsconfig: false });
  return import(at(path).href);
}

/**
 * Of a file's content, as it stands in the stamp.
 * @param {Uint8Array} content
 * @returns {string}
 */
export function contentHash(content) {
  // Not imported: most starts need no hash.
  const { createHash } = process.getBuiltinModule('node:crypto');
  return createHash('sha256').update(content).digest('base64');
}

// --- internal ---

/** @param {string} path */
function at(path) {
  return new URL(`../${path}`, import.meta.url);
}

/** @param {[path: string, size: number, mtimeMs: number, hash: string]} file */
function isUnchanged([path, size, mtimeMs, hash]) {
  const stats = statSync(at(path), { throwIfNoEntry: false });
  if (stats === undefined || stats.size !== size) return false;
  return stats.mtimeMs === mtimeMs || contentHash(readFileSync(at(path))) === hash;
}
