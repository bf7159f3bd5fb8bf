/** Style as a test: no file that nothing leads to, and no name that nobody uses. Pages have their own: documents.test.ts. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ENTRIES } from '../scripts/build.ts';
import { isForTests, isTest, readHouse } from '../scripts/house.ts';
import { habitsOf } from '../scripts/prose.ts';
import { tokenize } from '../scripts/tokens.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const manifest = JSON.parse(read('package.json')) as {
  scripts: Record<string, string>;
};
const files = readHouse(ROOT);
const TEXT = /\.(ts|js|json|jsonl|md|csv|html|yml|yaml|txt|sh)$|^(LICENSE|\.npmrc|\.gitignore|\.ci\/run)$/;
const tracked = spawnSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .stdout.split('\n')
  .filter((path) => TEXT.test(path) && existsSync(join(ROOT, path)));

/** Folders whose comments and messages were gone through. */
const PLAIN = [
  'contract',
  'dashboards',
  'harness/cli',
  'harness/conform',
  'harness/drivers',
  'harness/engine',
  'harness/judge',
  'harness/options',
  'harness/records',
  'harness/replay',
  'harness/report',
  'harness/run',
  'harness/studies',
  'harness/trace',
  'oracle',
  'scenarios',
  'scripts',
  'simulator',
  'stats',
] as const;

describe('source', () => {
  it('is all reached from the command line, a script, a benchmark or a test', () => {
    const named = Object.values(manifest.scripts).flatMap((script) => script.match(/[\w/-]+\.ts/g) ?? []);
    const queue = [
      'harness/cli/main.ts',
      ...named,
      ...(read('vitest.config.ts').match(/scripts\/[\w-]+\.ts/g) ?? []),
      ...files.map((file) => file.path).filter((path) => isTest(path) || path.endsWith('.bench.ts')),
    ];
    const reached = new Set<string>();
    const byPath = new Map(files.map((file) => [file.path, file]));
    for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
      if (reached.has(path)) continue;
      reached.add(path);
      queue.push(...(byPath.get(path)?.refersTo ?? []).map((target) => target.path));
    }
    const sources = files.map((file) => file.path).filter((path) => !path.endsWith('.d.ts'));
    expect(sources.filter((path) => !reached.has(path))).toEqual([]);
  });

  it('starts threads and processes only in modules that the bundle has a file for', () => {
    const started = files
      .filter(({ path }) => path.startsWith('harness/') && !isForTests(path))
      .flatMap(({ tokens }) =>
        tokens.flatMap(({ text, kind }, i) =>
          kind === 'word' && /^start(?:Thread|Process)$/.test(text) && tokens[i + 2]?.kind === 'string'
            ? [tokens[i + 2].text]
            : [],
        ),
      );
    expect(started.length).toBeGreaterThan(0);
    const byUsers = ['harness/cli/main.ts', 'harness/library/hundredblock.ts'];
    expect([...new Set(started), ...byUsers].sort()).toEqual([...ENTRIES]);
  });

  it('exports nothing that nobody uses', () => {
    const users = new Map<string, Set<string>>();
    const scripts = readdirSync(join(ROOT, 'bin')).map((name) => ({
      path: `bin/${name}`,
      tokens: tokenize(read(`bin/${name}`)),
    }));
    for (const file of [...files, ...scripts]) {
      for (const token of file.tokens) {
        if (token.kind !== 'word') continue;
        if (!users.has(token.text)) users.set(token.text, new Set());
        users.get(token.text)!.add(file.path);
      }
    }
    const KINDS = new Set(['const', 'function', 'class', 'interface', 'type', 'let']);
    const unused = files.flatMap(({ path, tokens }) =>
      tokens.flatMap((token, i) => {
        if (token.text !== 'export' || token.kind !== 'word') return [];
        const [first, second, third] = tokens.slice(i + 1, i + 4);
        const name =
          first?.text === 'async' || first?.text === 'function'
            ? second?.text === 'function' || second?.text === '*'
              ? third
              : second
            : second;
        if (first === undefined || name?.kind !== 'word' || !(KINDS.has(first.text) || first.text === 'async'))
          return [];
        // A type may serve its own file alone, where it names what an exported function takes or gives; so may what the contract publishes.
        const mayServeOwn = first.text === 'interface' || first.text === 'type' || path.startsWith('contract/');
        const ownUses = tokens.filter((other) => other.text === name.text && other.kind === 'word').length;
        return users.get(name.text)!.size > 1 || (mayServeOwn && ownUses > 1) ? [] : [`${path}: ${name.text}`];
      }),
    );
    expect(unused).toEqual([]);
  });

  it('has no barrels and no drawer for everything', () => {
    const names = files.map((file) => file.path);
    expect(names.filter((path) => /(^|\/)(utils?|helpers?|misc|common|index)\.ts$/.test(path))).toEqual([]);
  });

  it('ends the process in one place only', () => {
    const ends = files.filter(
      ({ path, tokens }) =>
        path.startsWith('harness/') && tokens.some((t, i) => t.text === 'exit' && tokens[i - 2]?.text === 'process'),
    );
    expect(ends.map((file) => file.path)).toEqual(['harness/cli/main.ts']);
  });
});

describe('plain English', () => {
  it.each([
    ['/** Of a logarithm. */', 'of'],
    ['/** Counts. As a share of all. */', 'as'],
    ['// What it holds.', 'what'],
    ['/** Waits so long. */', 'so-many'],
    ["throw new Error('expected so many rows');", 'so-many'],
    ['/** Null where nothing is missing. */', 'where'],
  ])('%s is found', (source, habit) => {
    expect(habitsOf('a.ts', source).map((one) => one.habit)).toEqual([habit]);
  });

  it.each([
    '/** Offers a place. As soon as it is free, it is given away. */',
    '// What does it hold? It depends.',
    "const text = 'Of all';",
    '/** Some more of it, as a share. */',
  ])('%s passes', (source) => {
    expect(habitsOf('a.ts', source)).toEqual([]);
  });

  it.each(PLAIN)('%s has no fragment and no amount that is named elsewhere', (folder) => {
    const found = files
      .filter(({ path }) => path.startsWith(`${folder}/`))
      .flatMap(({ path }) => habitsOf(path, read(path)));
    expect(found.filter(({ habit }) => habit !== 'where')).toEqual([]);
  });
});

describe('texts', () => {
  it('are found: the checks below would otherwise look at nothing', () => {
    expect(tracked).toEqual(
      expect.arrayContaining(['README.md', 'ARCHITECTURE.md', 'CHANGELOG.md', 'docs/reference/rules.md']),
    );
    expect(tracked.length).toBeGreaterThan(files.length);
  });

  it('name no place on anyone’s machine', () => {
    const machine = new RegExp(`(^|[\\s"'\`(=:])/(${['work', 'home', 'root', 'Users'].join('|')})/[\\w.]`, 'm');
    expect(tracked.filter((path) => machine.test(read(path)))).toEqual([]);
  });

  it('give no download addresses in package-lock.json', () => {
    expect(read('package-lock.json').match(/"resolved":.*/g)).toBeNull();
  });

  it('lock every optional package, without which npm ci refuses to install', () => {
    const { packages } = JSON.parse(read('package-lock.json')) as {
      packages: Record<string, { optionalDependencies?: Record<string, string> }>;
    };
    const optional = Object.values(packages).flatMap((one) => Object.keys(one.optionalDependencies ?? {}));
    const locked = new Set(Object.keys(packages).map((path) => path.split('node_modules/').at(-1)));
    expect(optional.filter((name) => !locked.has(name))).toEqual([]);
  });

  it('carry no control characters, tabs or carriage returns', () => {
    // oxlint-disable-next-line no-control-regex
    const odd = /[\u0000-\u0008\u000b-\u001f\u007f]/;
    const sources = tracked.filter((path) => /\.(ts|js|md)$/.test(path));
    expect(
      sources.filter((path) => odd.test(read(path)) || (path.endsWith('.ts') && read(path).includes('\t'))),
    ).toEqual([]);
  });
});
