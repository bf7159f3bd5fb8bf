/**
 * Runs every benchmark (`*.bench.ts` of bench/ and of the house) one after another and prints each figure beside the one that it is
 * measured against. `npm run bench [-- --json] [-- word]`: only files whose path contains the word. Those of bench/wire, which start
 * processes and open thousands of sockets, run by `npm run bench:wire`.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { table, type BenchRow } from './table.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDERS = ['bench', 'contract', 'simulator', 'reference-impl', 'harness'];

const args = process.argv.slice(2);
const json = args.includes('--json');
const wire = args.includes('--wire');
const word = args.find((arg) => !arg.startsWith('--')) ?? '';
const paths = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
)
  .filter(
    (path) => path.endsWith('.bench.ts') && path.startsWith(join('bench', 'wire')) === wire && path.includes(word),
  )
  .sort();
if (paths.length === 0)
  throw new Error(`bench: expected a benchmark whose path contains ${JSON.stringify(word)}, found none`);

const rows: BenchRow[] = [];
for (const path of paths) {
  console.error(`bench: ${path}`);
  const module = (await import(pathToFileURL(join(ROOT, path)).href)) as { default?: unknown; run?: unknown };
  const run = module.default ?? module.run;
  if (typeof run !== 'function')
    throw new TypeError(`${path}: expected a function as default export or as run, found ${typeof run}`);
  rows.push(...((await run()) as BenchRow[]));
}
console.log(json ? JSON.stringify(rows) : table(rows));
