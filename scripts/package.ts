/**
 * npm runs it before it packs the package: makes what the package holds besides the files of the repository, which are the bundle without leftovers
 * of earlier builds, types for those who import it, and npm-shrinkwrap.json. `--after` removes the last again, since npm prefers it to package-lock.json.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildBundle } from './build.ts';

// --- internal ---

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SHRINKWRAP = join(ROOT, 'npm-shrinkwrap.json');
const TYPES = join(ROOT, 'dist/types');
const TYPES_ENTRY = join(TYPES, 'harness/library/hundredblock.d.ts');

interface Lock {
  packages: Record<string, { dev?: boolean }>;
}

/** Writes a declaration file for each module that the types of the library lead to. Throws if the compiler finds a fault. */
function writeTypes(): void {
  rmSync(TYPES, { recursive: true, force: true });
  const { status } = spawnSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.types.json'], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error(`tsc: expected exit code 0, found ${status}`);
  const kept = new Set<string>();
  const queue = [TYPES_ENTRY];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (kept.has(path)) continue;
    kept.add(path);
    const text = readFileSync(path, 'utf8');
    queue.push(...[...text.matchAll(RELATIVE)].map(([, name]) => join(dirname(path), `${name}.d.ts`)));
    // The compiler leaves `.ts` in declarations, where it means a file that is not there.
    writeFileSync(path, text.replaceAll(RELATIVE, "'$1.js'"));
  }
  for (const name of readdirSync(TYPES, { recursive: true, encoding: 'utf8' })) {
    const path = join(TYPES, name);
    if (path.endsWith('.d.ts') && !kept.has(path)) rmSync(path);
  }
}

/** The specifier of an import, `import()` of types too. */
const RELATIVE = /["'](\.{1,2}\/[^"']+)\.ts["']/g;

/** The versions that the package was tested with, without addresses and without what only its development needs. */
function writeShrinkwrap(): void {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as Lock;
  const kept = Object.entries(lock.packages).filter(([, { dev }]) => dev !== true);
  const withoutAddress = (key: string, value: unknown): unknown =>
    key === 'resolved' || key === 'devDependencies' ? undefined : value;
  const text = JSON.stringify({ ...lock, packages: Object.fromEntries(kept) }, withoutAddress, 2);
  writeFileSync(SHRINKWRAP, `${text}\n`);
}

if (process.argv.includes('--after')) rmSync(SHRINKWRAP, { force: true });
else {
  await buildBundle({ clean: true });
  writeTypes();
  writeShrinkwrap();
}
