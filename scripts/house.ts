/** The house as data: which folders there are, what each may import, and how files refer to one another. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { tokenize, type Token } from './tokens.ts';

/** Folders below the harness. */
const GROUND = ['contract', 'stats', 'simulator', 'reference-impl', 'oracle'] as const;

const BELOW_STUDIES = [
  'harness/io',
  'harness/options',
  'harness/records',
  'harness/engine',
  'harness/trace',
  'harness/judge',
  'harness/drivers',
  'harness/report',
  'harness/run',
  'harness/replay',
] as const;

/** Studies do not import one another, except that verification reads files of calls as calibration does. */
const STUDIES = [
  'harness/studies/calibrate',
  'harness/studies/capacity',
  'harness/studies/compare',
  'harness/studies/experiment',
  'harness/studies/soak',
  'harness/studies/verification',
] as const;

/**
 * Folders of this repository that each folder may import besides itself. If two rows match a file, the longer one counts. Tests, and what only tests use
 * (`*.testing.ts`), are free of these walls.
 */
export const HOUSE: Readonly<Record<string, readonly string[]>> = {
  contract: [],
  stats: [],
  simulator: ['contract'],
  'reference-impl': ['contract'],
  oracle: ['contract'],
  scenarios: ['contract'],
  dashboards: ['contract'],
  'harness/io': [],
  'harness/options': ['contract', 'scenarios', 'simulator'],
  'harness/records': ['contract', 'harness/io'],
  'harness/engine': [...GROUND, 'harness/io', 'harness/options', 'harness/records'],
  'harness/trace': [...GROUND, 'harness/io', 'harness/engine'],
  'harness/judge': ['contract', 'stats', 'oracle', 'harness/io', 'harness/trace'],
  'harness/drivers': [
    'contract',
    'stats',
    'simulator',
    'reference-impl',
    'harness/io',
    'harness/trace',
    'harness/drivers/session',
    'harness/drivers/k6/scripts',
  ],
  'harness/drivers/session': ['contract'],
  'harness/drivers/k6/scripts': ['contract', 'harness/drivers/session'],
  'harness/report': [
    'contract',
    'stats',
    'harness/io',
    'harness/records',
    'harness/engine',
    'harness/judge',
    'harness/drivers',
  ],
  'harness/run': [
    ...GROUND,
    'harness/io',
    'harness/options',
    'harness/records',
    'harness/engine',
    'harness/trace',
    'harness/judge',
    'harness/drivers',
    'harness/report',
  ],
  'harness/replay': [
    'contract',
    'reference-impl',
    'harness/io',
    'harness/options',
    'harness/records',
    'harness/report',
  ],
  'harness/conform': ['contract', 'oracle', 'harness/io'],
  'harness/studies': [...GROUND, 'scenarios', ...BELOW_STUDIES],
  ...Object.fromEntries(STUDIES.map((study) => [study, [...GROUND, 'scenarios', ...BELOW_STUDIES]])),
  'harness/studies/verification': [...GROUND, 'scenarios', ...BELOW_STUDIES, 'harness/studies/calibrate'],
  'harness/library': [...GROUND, ...BELOW_STUDIES],
  'harness/cli': [...GROUND, ...BELOW_STUDIES, 'harness/conform', ...STUDIES],
};

/** Folders of pure code: a function of its arguments on every engine. */
const PURE = ['contract/', 'simulator/', 'reference-impl/pipeline/', 'harness/drivers/session/'] as const;

/** Folders that hold TypeScript besides the house: whoever imports all, and is imported by nobody. */
const OUTBUILDINGS = ['scripts', 'bench', 'test'] as const;

export interface Import {
  specifier: string;
  line: number;
  /** True where the specifier is worked out at run time. */
  dynamic: boolean;
}

export interface SourceFile {
  /** Path from the root, with forward slashes. */
  path: string;
  tokens: Token[];
  imports: Import[];
  /** Files that it names: by a relative path in an import or a string, or by a path from the root in a string (`startThread('harness/engine/worker.ts')`). */
  refersTo: Reference[];
}

export interface Reference {
  /** Path from the root. */
  path: string;
  line: number;
}

export function isTest(path: string): boolean {
  return path.endsWith('.test.ts');
}

/** Tests, and what only tests use. */
export function isForTests(path: string): boolean {
  return isTest(path) || path.endsWith('.testing.ts');
}

/** The row of HOUSE that a path belongs to, or its outbuilding; null if it belongs to neither. */
export function rowOf(path: string): string | null {
  const inside = (folder: string): boolean => path.startsWith(`${folder}/`);
  const rows = Object.keys(HOUSE).filter(inside);
  return rows.sort((a, b) => b.length - a.length)[0] ?? OUTBUILDINGS.find(inside) ?? null;
}

export function isPure(path: string): boolean {
  return PURE.some((folder) => path.startsWith(folder)) && !isTest(path) && !path.endsWith('.bench.ts');
}

/** Every TypeScript file of the house and its outbuildings under `root`, by path. */
export function readHouse(root: string): SourceFile[] {
  const tops = new Set([...Object.keys(HOUSE).map((row) => row.split('/')[0]), ...OUTBUILDINGS]);
  const folders = [...tops].filter((folder) => existsSync(join(root, folder)));
  const paths = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.includes('node_modules'))
      .map((name) => `${folder}/${name.replaceAll('\\', '/')}`),
  );
  return paths.sort().map((path) => readSource(root, path));
}

// --- internal ---

function readSource(root: string, path: string): SourceFile {
  const tokens = tokenize(readFileSync(join(root, path), 'utf8'));
  const imports = importsOf(tokens);
  const named = tokens.filter((token) => token.kind === 'string' && /^\.{1,2}\/.*\.ts$/.test(token.text));
  // A thread or a process is started by its path from the root.
  const started = tokens.filter((token) => token.kind === 'string' && /^[\w-]+\/[\w./-]*\.ts$/.test(token.text));
  const besideIt = [...imports, ...named.map(({ text, line }) => ({ specifier: text, line }))]
    .filter(({ specifier }) => specifier.startsWith('.'))
    .map(({ specifier, line }) => ({
      path: relative(root, resolve(root, dirname(path), specifier)).replaceAll('\\', '/'),
      line,
    }));
  const byRoot = started.filter(({ text }) => text !== path).map(({ text, line }) => ({ path: text, line }));
  const refersTo = [...besideIt, ...byRoot];
  return { path, tokens, imports, refersTo };
}

/** Static imports, re-exports, `import()` and `require()`, of types too. */
function importsOf(tokens: readonly Token[]): Import[] {
  const imports: Import[] = [];
  for (const [i, token] of tokens.entries()) {
    if (token.kind !== 'word') continue;
    const [before, next, afterNext] = [tokens[i - 1], tokens[i + 1], tokens[i + 2]];
    if (before?.text === '.' || before?.text === '?.' || next === undefined) continue;
    if ((token.text === 'from' || token.text === 'import') && next.kind === 'string') {
      imports.push({ specifier: next.text, line: next.line, dynamic: false });
    }
    if ((token.text === 'import' || token.text === 'require') && next.text === '(' && next.kind === 'punctuation') {
      const literal =
        afterNext?.kind === 'string' || (afterNext?.kind === 'template' && !afterNext.text.includes('${'));
      imports.push({ specifier: literal ? afterNext.text : '', line: token.line, dynamic: !literal });
    }
  }
  return imports;
}
