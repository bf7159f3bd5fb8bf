/**
 * The walls that the linter can't hold: who imports whom (by the files that imports lead to, not by how they are spelt), what the
 * oracle reaches through others, and what pure code must not contain. `tsx scripts/check-walls.ts [root]` prints each breach, and exits 1 where there is one.
 */
import { isBuiltin } from 'node:module';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HOUSE, OUTBUILDINGS, isPure, isTest, readHouse, type SourceFile } from './house.ts';

export interface Breach {
  path: string;
  line: number;
  text: string;
}

/** Every breach under `root`, by path and line. */
export function findBreaches(root: string): Breach[] {
  const files = readHouse(root);
  return [
    ...files.flatMap(foldersBreached),
    ...files.filter((file) => isPure(file.path)).flatMap(purityBreached),
    ...oracleBreached(files),
  ];
}

// --- internal ---

const OUTSIDE = 'outside';

function folderOf(path: string): string {
  const [folder] = path.split('/');
  return Object.hasOwn(HOUSE, folder) || (OUTBUILDINGS as readonly string[]).includes(folder) ? folder : OUTSIDE;
}

/** A file may refer to its own folder and to those that HOUSE lists for it. Outbuildings refer to all, and only they to themselves. */
function foldersBreached(file: SourceFile): Breach[] {
  const folder = folderOf(file.path);
  if (isTest(file.path) || !Object.hasOwn(HOUSE, folder)) return [];
  const allowed = [folder, ...HOUSE[folder]];
  const text = `${folder}/ may import only ${allowed.join(', ')}`;
  const breaches = file.refersTo
    .filter((target) => target.path.endsWith('.ts') && !allowed.includes(folderOf(target.path)))
    .map((target) => ({ path: file.path, line: target.line, text: `${text}, found ${target.path}` }));
  // An import is also a string that names a file: one breach for both.
  return breaches.filter(
    (one, i) => breaches.findIndex((other) => other.line === one.line && other.text === one.text) === i,
  );
}

const ENGINE_SAFE = new Set(
  'abs ceil clz32 floor fround imul max min round sign sqrt trunc PI E LN2 LN10 LOG2E LOG10E SQRT2 SQRT1_2'.split(' '),
);

function purityBreached(file: SourceFile): Breach[] {
  const breaches: Breach[] = [];
  const add = (line: number, text: string) => breaches.push({ path: file.path, line, text });
  for (const { specifier, line, dynamic } of file.imports) {
    if (dynamic) add(line, 'pure code imports only what it names');
    else if (isBuiltin(specifier)) add(line, `pure code must not import ${specifier}`);
  }
  for (const [i, token] of file.tokens.entries()) {
    const [before, next, afterNext] = [file.tokens[i - 1], file.tokens[i + 1], file.tokens[i + 2]];
    if (token.kind === 'punctuation' && token.text.startsWith('**'))
      add(token.line, "the power operator differs between engines; use @stdlib's or a table");
    // The linter sees `Math.log`; an alias of Math, or a member worked out at run time, only shows here.
    if (token.kind === 'word' && token.text === 'Math' && before?.text !== '.') {
      const member = next?.text === '.' && afterNext?.kind === 'word' ? afterNext.text : null;
      if (member === null || !ENGINE_SAFE.has(member))
        add(token.line, `pure code uses of Math only ${[...ENGINE_SAFE].join(', ')}, each by name`);
    }
  }
  return breaches;
}

const ORACLE = 'oracle/';
const SEALED_FROM_ORACLE = ['simulator', 'reference-impl'];

/** The oracle shares no code with what it judges nor with the world: not even through a third module. */
function oracleBreached(files: readonly SourceFile[]): Breach[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const breaches: Breach[] = [];
  for (const file of files) {
    if (!file.path.startsWith(ORACLE) || isTest(file.path)) continue;
    for (const [reached, via] of reach(file.path, byPath)) {
      if (SEALED_FROM_ORACLE.includes(folderOf(reached)))
        breaches.push({ path: file.path, line: 1, text: `the oracle must not reach ${reached} (via ${via})` });
    }
  }
  return breaches;
}

/** Every file reached from `start` by references, each with the one that led there. */
function reach(start: string, byPath: ReadonlyMap<string, SourceFile>): Map<string, string> {
  const reached = new Map<string, string>();
  const queue = [start];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    for (const { path: target } of byPath.get(path)?.refersTo ?? []) {
      if (reached.has(target)) continue;
      reached.set(target, path);
      queue.push(target);
    }
  }
  return reached;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = resolve(process.argv[2] ?? dirname(dirname(fileURLToPath(import.meta.url))));
  const breaches = findBreaches(root);
  for (const { path, line, text } of breaches) console.error(`${path}:${line}: ${text}`);
  console.error(breaches.length === 0 ? 'walls: all stand' : `walls: ${breaches.length} breached`);
  process.exitCode = breaches.length === 0 ? 0 : 1;
}
