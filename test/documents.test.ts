/** Documents as tests: links lead somewhere, commands parse, names are real, lines are short, and the README can be read in four minutes. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../harness/cli/commands.ts';
import { SCENARIOS } from '../harness/options/registry.ts';
import { brokenLinks, npmScripts, pictures, refusedCommands, wordCount } from '../scripts/documents.ts';
import { HOUSE } from '../scripts/house.ts';
import { longLines } from '../scripts/wrap-markdown.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const README_WORDS_MAX = 1000;
const PICTURE_BYTES_MAX = 250_000;
const FOLDER_README_LINES_MAX = 15;
/** Folders that open with a page of their own: what lives there, what it may import, where to start reading. */
const FOLDERS = [
  'bench',
  'contract',
  'dashboards',
  'deploy',
  'harness',
  'oracle',
  'reference-impl',
  'results',
  'scenarios',
  'scripts',
  'simulator',
  'stats',
  'test',
];

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const readPage = (path: string): string | null => {
  const full = join(ROOT, path);
  return existsSync(full) ? (statSync(full).isDirectory() ? '' : read(path)) : null;
};
const manifest = JSON.parse(read('package.json')) as {
  version: string;
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};
const documents = spawnSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .stdout.split('\n')
  .filter((path) => path !== '' && existsSync(join(ROOT, path)));

describe('a planted error is found:', () => {
  it.each([
    ['a link to no file', '[x](docs/nowhere.md)'],
    ['a link to no heading', '[x](docs/README.md#nowhere)'],
    ['a link to no heading of its own page', '# Here\n[x](#there)'],
  ])('%s', (_name, text) => {
    expect(brokenLinks('README.md', text, readPage)).toHaveLength(1);
  });

  it.each([
    ['an unknown command', 'hundredblock simulat smoke'],
    ['an unknown option', 'npx hundredblock simulate smoke --sed 7'],
    ['a missing argument', 'KEY=x hundredblock simulate --seed 7 # why'],
    ['a value out of range', 'hundredblock simulate smoke \\\n  --workers 0'],
  ])('%s', (_name, line) => {
    expect(refusedCommands(`Text.\n\n\`\`\`\n${line}\n\`\`\`\n`)).toHaveLength(1);
    expect(refusedCommands(`1. Text.\n\n   \`\`\`\n   ${line}\n   \`\`\`\n`)).toHaveLength(1);
    expect(refusedCommands(`Text.\n\n    ${line.replace('\\\n ', '')}\n\nText.`)).toHaveLength(1);
  });

  it('a line of 101 columns', () => {
    expect(longLines(`word ${'x'.repeat(96)}`)).toEqual([1]);
    expect(longLines(`word ${'x'.repeat(95)}`)).toEqual([]);
  });

  it('words and pictures, whatever code says', () => {
    expect(wordCount('one *two* [three](four.md)\n\n```\nfive six\n```\n\n- seven')).toBe(4);
    expect(pictures('![a](one.png) ![b](two.png) [c](three.png)')).toEqual(['one.png', 'two.png']);
  });
});

describe.each(documents)('%s', (path) => {
  const text = read(path);

  it('links to what is there', () => {
    expect(brokenLinks(path, text, readPage)).toEqual([]);
  });

  it('shows commands that parse, and names real scripts, options and scenarios', () => {
    expect(refusedCommands(text)).toEqual([]);
    expect(npmScripts(text).filter((name) => !Object.hasOwn(manifest.scripts, name))).toEqual([]);
    for (const [line, name, rest] of text.matchAll(/`hundredblock ([a-z]+)((?: +[^\s`|)]+)*)/g)) {
      expect(Object.keys(COMMANDS), line).toContain(name);
      const flags = [...rest.matchAll(/--([a-z-]+)/g)].map((match) => match[1]).filter((flag) => flag !== 'help');
      const known = Object.keys(COMMANDS[name as keyof typeof COMMANDS].flags);
      expect(
        flags.filter((flag) => !known.includes(flag)),
        line,
      ).toEqual([]);
    }
    for (const [line, scenario] of text.matchAll(
      /hundredblock (?:simulate|load|trace|capacity|soak) ([a-z][\w-]*)(?![\w.-])/g,
    ))
      expect([...SCENARIOS.keys()], line).toContain(scenario);
  });

  it('names real files', () => {
    const folders = readdirSync(ROOT, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
    const named = [...text.matchAll(/`([\w.-]+\/[\w./-]*)`/g)].map((match) => match[1]);
    const ours = named.filter(
      (name) => folders.includes(name.split('/')[0]) && !name.startsWith('results/runs') && name !== 'node_modules/',
    );
    expect(ours.filter((name) => !existsSync(join(ROOT, name)))).toEqual([]);
  });

  it('has lines of at most 100 columns, tables and code aside', () => {
    expect(longLines(text)).toEqual([]);
  });
});

describe('README.md', () => {
  const text = read('README.md');

  it(`is read in four minutes: at most ${README_WORDS_MAX} words`, () => {
    expect(wordCount(text)).toBeLessThanOrEqual(README_WORDS_MAX);
  });

  it('shows at least three pictures, each small, made by npm run pictures', () => {
    const shown = pictures(text);
    expect(shown.length).toBeGreaterThanOrEqual(3);
    expect(shown.filter((picture) => !picture.startsWith('docs/pictures/'))).toEqual([]);
    expect(
      readdirSync(join(ROOT, 'docs/pictures'))
        .map((name) => `docs/pictures/${name}`)
        .filter((picture) => !shown.includes(picture) || statSync(join(ROOT, picture)).size > PICTURE_BYTES_MAX),
    ).toEqual([]);
  });

  it('says how to begin, and where the rest is', () => {
    const expected = ['npm ci', 'npm start', 'docs/README.md', 'CONTRIBUTING.md', 'LICENSE'];
    expect(expected.filter((word) => !text.includes(word))).toEqual([]);
  });
});

describe('the other pages', () => {
  it('are all in the index', () => {
    const index = read('docs/README.md');
    const pages = documents.filter((path) => path.startsWith('docs/') && path !== 'docs/README.md');
    expect(pages.filter((path) => !index.includes(`](${path.slice('docs/'.length)})`))).toEqual([]);
  });

  it('name each scenario, command, exit code and the test command', () => {
    const scenarios = read('docs/reference/scenarios.md');
    expect([...SCENARIOS.keys()].filter((name) => !scenarios.includes(`\`${name}\``))).toEqual([]);
    const commands = read('docs/reference/commands.md');
    const expected = [...Object.keys(COMMANDS).map((name) => `hundredblock ${name}`), '`130`'];
    expect(expected.filter((word) => !commands.includes(word))).toEqual([]);
    expect(read('CONTRIBUTING.md')).toContain('npm test');
  });

  it('ARCHITECTURE.md has a line for each dependency', () => {
    const text = read('ARCHITECTURE.md');
    const names = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.devDependencies)];
    expect(names.filter((name) => !name.startsWith('@types/') && !text.includes(`\`${name}\``))).toEqual([]);
  });

  it('ARCHITECTURE.md names every folder that has a wall', () => {
    const text = read('ARCHITECTURE.md');
    expect(Object.keys(HOUSE).filter((folder) => !new RegExp(`\`${folder}/?\``).test(text))).toEqual([]);
  });

  it('CHANGELOG.md begins with the version of the package or with what is unreleased', () => {
    const [heading] = /^## .*/m.exec(read('CHANGELOG.md')) ?? [];
    expect([`## ${manifest.version}`, '## Unreleased']).toContain(heading?.split(' (')[0]);
  });

  it.each(FOLDERS)('%s/README.md says in few lines what lives there', (folder) => {
    const lines = read(`${folder}/README.md`).trimEnd().split('\n');
    expect(lines[0]).toBe(`# ${folder}`);
    expect(lines.length).toBeLessThanOrEqual(FOLDER_README_LINES_MAX);
  });
});
