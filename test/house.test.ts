/** Style as a test: no file that nothing leads to, no name that nobody uses, and documents that speak of real things. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../harness/cli/commands.ts';
import { SCENARIOS } from '../harness/options/registry.ts';
import { ENTRIES } from '../scripts/build.ts';
import { isForTests, isTest, readHouse } from '../scripts/house.ts';
import { habitsOf } from '../scripts/prose.ts';
import { tokenize } from '../scripts/tokens.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const manifest = JSON.parse(read('package.json')) as {
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};
const files = readHouse(ROOT);
const TEXT = /\.(ts|js|json|jsonl|md|csv|html|yml|yaml|txt|sh)$|^(LICENSE|\.npmrc|\.gitignore|\.ci\/run)$/;
const tracked = spawnSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .stdout.split('\n')
  .filter((path) => TEXT.test(path) && existsSync(join(ROOT, path)));
const documents = tracked.filter((path) => path.endsWith('.md'));

/** Folders whose comments and messages were gone through. */
const PLAIN = ['harness/cli', 'harness/records', 'oracle', 'scripts'] as const;

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
    expect([...new Set(started), 'harness/cli/main.ts'].sort()).toEqual([...ENTRIES]);
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
    expect(documents).toEqual(
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

describe('documents', () => {
  it.each(documents)('%s names real scripts, commands, options and scenarios', (path) => {
    const text = read(path);
    const scripts = [...text.matchAll(/npm run ([a-z][\w:-]*)/g)].map((match) => match[1]);
    expect(scripts.filter((name) => !Object.hasOwn(manifest.scripts, name))).toEqual([]);

    const lines = [...text.matchAll(/hundredblock (simulate|replay|report|doctor|[a-z]+)((?: +[^\s`|)]+)*)/g)].filter(
      ([line]) => text.includes(`\`${line}`) || /^ *\$? *hundredblock /m.test(line),
    );
    for (const [line, name, rest] of lines) {
      expect(Object.keys(COMMANDS), line).toContain(name);
      const flags = [...rest.matchAll(/--([a-z-]+)/g)].map((match) => match[1]).filter((flag) => flag !== 'help');
      const known = Object.keys(COMMANDS[name as keyof typeof COMMANDS].flags);
      expect(
        flags.filter((flag) => !known.includes(flag)),
        line,
      ).toEqual([]);
      const scenario = name === 'simulate' ? rest.trim().split(/\s+/)[0] : '';
      if (/^[a-z][\w-]*$/.test(scenario)) expect([...SCENARIOS.keys()], line).toContain(scenario);
    }
  });

  it.each(documents)('%s links to and names real files', (path) => {
    const text = read(path);
    const links = [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
      .map((match) => match[1])
      .filter((link) => !/^[a-z]+:/.test(link));
    expect(links.filter((link) => !existsSync(join(ROOT, normalize(join(dirname(path), link)))))).toEqual([]);
    const folders = readdirSync(ROOT, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
    const named = [...text.matchAll(/`([\w.-]+\/[\w./-]*)`/g)].map((match) => match[1]);
    const ours = named.filter(
      (name) => folders.includes(name.split('/')[0]) && !name.startsWith('results/runs') && name !== 'node_modules/',
    );
    expect(ours.filter((name) => !existsSync(join(ROOT, name)))).toEqual([]);
  });

  it('ARCHITECTURE.md has a line for each dependency', () => {
    const text = read('ARCHITECTURE.md');
    const names = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.devDependencies)];
    expect(names.filter((name) => !name.startsWith('@types/') && !text.includes(`\`${name}\``))).toEqual([]);
  });

  it('README.md has each scenario, command, exit code and the test command', () => {
    const text = read('README.md');
    const expected = [...SCENARIOS.keys()].map((name) => `\`${name}\``);
    expected.push(
      ...Object.keys(COMMANDS).map((name) => `hundredblock ${name}`),
      'npm test',
      'npm ci',
      'npm start',
      '`130`',
    );
    expect(expected.filter((word) => !text.includes(word))).toEqual([]);
  });

  it('CHANGELOG.md begins with the version of the package or with what is unreleased', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string };
    const [heading] = /^## .*/m.exec(read('CHANGELOG.md')) ?? [];
    expect([`## ${version}`, '## Unreleased']).toContain(heading?.split(' (')[0]);
  });
});
