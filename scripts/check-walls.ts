/**
 * The walls that the linter can't hold: who imports whom (by the files that imports lead to, not by how they are spelt), circles of
 * imports, what the oracle reaches through other files, and what pure code must not contain. `tsx scripts/check-walls.ts [root]`
 * prints each breach, and exits with 1 if it found any.
 */
import { isBuiltin } from 'node:module';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stronglyConnected } from './circles.ts';
import { HOUSE, isForTests, isPure, isTest, readHouse, rowOf, type SourceFile } from './house.ts';

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
    ...fileCircles(files),
    ...folderCircles(files),
  ];
}

// --- internal ---

/** A file may refer to its own row and to those that HOUSE lists for it. Only outbuildings may refer to outbuildings. */
function foldersBreached(file: SourceFile): Breach[] {
  const row = rowOf(file.path);
  if (isForTests(file.path)) return [];
  if (row === null) {
    const text = `${dirname(file.path)}/ has no row in HOUSE (scripts/house.ts), which says what a folder may import`;
    return [{ path: file.path, line: 1, text }];
  }
  if (!Object.hasOwn(HOUSE, row)) return [];
  const forTests = file.refersTo
    .filter((target) => isForTests(target.path))
    .map((target) => ({ path: file.path, line: target.line, text: `only tests may import ${target.path}` }));
  const allowed = [row, ...HOUSE[row]];
  const text = `${row}/ may import only ${allowed.join(', ')}`;
  const mayRefer = (target: string): boolean => {
    const other = rowOf(target);
    return other !== null && allowed.some((one) => other === one);
  };
  const crossings = file.refersTo
    .filter((target) => target.path.endsWith('.ts') && !mayRefer(target.path))
    .map((target) => ({ path: file.path, line: target.line, text: `${text}, found ${target.path}` }));
  const breaches = [...forTests, ...crossings];
  // An import is also a string that names a file: one breach for both.
  return breaches.filter(
    (one, i) => breaches.findIndex((other) => other.line === one.line && other.text === one.text) === i,
  );
}

/** Files that lead back to themselves, by imports of types too. */
function fileCircles(files: readonly SourceFile[]): Breach[] {
  const sources = files.filter(({ path }) => !isTest(path));
  const arrows = new Map(sources.map((file) => [file.path, new Set(file.refersTo.map(({ path }) => path))]));
  return circlesOf(arrows, 'files import each other in a circle');
}

/** Folders, two levels deep, that lead back to themselves. */
function folderCircles(files: readonly SourceFile[]): Breach[] {
  const known = new Set(files.map(({ path }) => path));
  const arrows = new Map<string, Set<string>>();
  for (const { path, refersTo } of files) {
    if (isForTests(path)) continue;
    const from = folderOf(path);
    if (!arrows.has(from)) arrows.set(from, new Set());
    for (const target of refersTo) {
      if (known.has(target.path) && folderOf(target.path) !== from) arrows.get(from)!.add(folderOf(target.path));
    }
  }
  return circlesOf(arrows, 'folders import each other in a circle');
}

const FOLDER_DEPTH = 2;

function folderOf(path: string): string {
  return path.split('/').slice(0, -1).slice(0, FOLDER_DEPTH).join('/');
}

function circlesOf(arrows: ReadonlyMap<string, ReadonlySet<string>>, says: string): Breach[] {
  return stronglyConnected(arrows).map((circle) => {
    const [first] = circle.toSorted();
    return { path: first, line: 1, text: `${says}: ${circle.toSorted().join(', ')}` };
  });
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
      if (SEALED_FROM_ORACLE.includes(rowOf(reached) ?? ''))
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
