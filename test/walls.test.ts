/** Each wall is shown to fire: a file that breaches it is planted in a house of its own, and the checks that `npm run check` runs must see it. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBreaches } from '../scripts/check-walls.ts';
import { HOUSE } from '../scripts/house.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BIN = join(ROOT, 'node_modules/.bin');
const houses: string[] = [];
afterAll(() => houses.forEach((house) => rmSync(house, { recursive: true })));

/** A house that holds just these files. */
function plant(files: Record<string, string>): string {
  const house = mkdtempSync(join(tmpdir(), 'hundredblock-house-'));
  houses.push(house);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(house, path)), { recursive: true });
    writeFileSync(join(house, path), text);
  }
  return house;
}

describe('who imports whom', () => {
  const rows = Object.keys(HOUSE);
  const source = 'export const a = 1;';
  const targets: Record<string, string> = { 'bench/a.ts': source };
  for (const row of rows) targets[`${row}/a.ts`] = source;
  const ALL = Object.keys(targets);

  it.each([...rows.map((row) => `${row}/b.ts`), 'scripts/b.ts', 'simulator/b.test.ts', 'simulator/b.testing.ts'])(
    '%s may import what its row lists, and nothing else',
    (from) => {
      const row = rows.find((one) => from === `${one}/b.ts`);
      const allowed = row === undefined ? ALL : [row, ...HOUSE[row]].map((one) => `${one}/a.ts`);
      const up = '../'.repeat(from.split('/').length - 1);
      const imports = ALL.map((target, i) => `import { a as a${i} } from '${up}${target}';`);
      const breaches = findBreaches(plant({ ...targets, [from]: imports.join('\n') }));
      const found = ALL.filter((target, i) =>
        breaches.some(({ path, line, text }) => path === from && line === i + 1 && text.endsWith(`found ${target}`)),
      );
      expect(found).toEqual(ALL.filter((target) => !allowed.includes(target)));
    },
  );

  it.each([
    ['contract', 'simulator'],
    ['stats', 'contract'],
    ['simulator', 'reference-impl'],
    ['reference-impl', 'simulator'],
    ['oracle', 'simulator'],
    ['oracle', 'reference-impl'],
    ['harness/options', 'harness/engine'],
    ['harness/trace', 'harness/drivers'],
    ['harness/drivers', 'harness/judge'],
    ['harness/judge', 'harness/drivers'],
    ['harness/report', 'harness/run'],
    ['harness/drivers/k6/scripts', 'harness/drivers'],
    ['harness/run', 'harness/studies'],
    ['harness/studies', 'harness/cli'],
  ])('no row lets %s import %s', (row, backward) => {
    expect(HOUSE[row]).not.toContain(backward);
  });

  it('each folder of the harness has a row, and a folder without one is refused', () => {
    const folders = readdirSync(join(ROOT, 'harness'), { withFileTypes: true }).filter((one) => one.isDirectory());
    expect(folders.map(({ name }) => `harness/${name}`).filter((name) => !rows.includes(name))).toEqual([]);
    expect(findBreaches(plant({ 'harness/new-room/a.ts': source }))).toEqual([
      expect.objectContaining({ path: 'harness/new-room/a.ts', text: expect.stringContaining('has no row in HOUSE') }),
    ]);
  });

  it('a test may use what is for tests, others may not', () => {
    const house = plant({
      'stats/a.testing.ts': source,
      'stats/b.ts': "export { a } from './a.testing.ts';",
      'stats/b.test.ts': "export { a } from './a.testing.ts';",
    });
    expect(findBreaches(house)).toEqual([
      { path: 'stats/b.ts', line: 1, text: 'only tests may import stats/a.testing.ts' },
    ]);
  });

  const inPipeline = { ...targets, 'reference-impl/pipeline/a.ts': source };

  it.each([
    ["import type { A } from '../reference-impl/pipeline/a.ts';"],
    ["export * from '../reference-impl/pipeline/a.ts';"],
    ["export const a = await import('../reference-impl/pipeline/a.ts');"],
    ["export const a = new URL('../reference-impl/pipeline/a.ts', import.meta.url);"],
    ["import '../simulator/../reference-impl/pipeline/a.ts';"],
    ["import { a } from /* hidden */\n  '../reference-impl/pipeline/a.ts';"],
  ])('from the simulator: %s', (text) => {
    const breaches = findBreaches(plant({ ...inPipeline, 'simulator/b.ts': text }));
    expect(breaches).toHaveLength(1);
    expect(breaches[0]).toMatchObject({
      path: 'simulator/b.ts',
      text: 'simulator/ may import only simulator, contract, found reference-impl/pipeline/a.ts',
    });
  });

  it('is not fooled by comments and texts', () => {
    const text =
      "// import '../reference-impl/pipeline/a.ts'\nexport const text = `import '../reference-impl/pipeline/a.ts'`;";
    expect(findBreaches(plant({ ...inPipeline, 'simulator/b.ts': text }))).toEqual([]);
  });

  it.each(['simulator/a.ts', 'reference-impl/pipeline/a.ts'])(
    'the oracle does not reach %s, not even through others',
    (target) => {
      const house = plant({
        ...inPipeline,
        'harness/run/between.ts': `export { a } from '../../${target}';`,
        'oracle/judge.ts': "export { a } from '../harness/run/between.ts';",
        'oracle/judge.test.ts': `export { a } from '../${target}';`,
      });
      expect(findBreaches(house)).toContainEqual({
        path: 'oracle/judge.ts',
        line: 1,
        text: `the oracle must not reach ${target} (via harness/run/between.ts)`,
      });
    },
  );
});

describe('circles', () => {
  const texts = (files: Record<string, string>) => findBreaches(plant(files)).map(({ text }) => text);

  it('of files are refused, those closed by a type alone too', () => {
    const circle = {
      'simulator/city/a.ts': "import { b } from './b.ts';\nexport interface A { b: typeof b }",
      'simulator/city/b.ts': "import type { A } from './c.ts';\nexport const b: A | null = null;",
      'simulator/city/c.ts': "export type { A } from './a.ts';",
    };
    const names = 'simulator/city/a.ts, simulator/city/b.ts, simulator/city/c.ts';
    expect(texts(circle)).toEqual([`files import each other in a circle: ${names}`]);
    const { 'simulator/city/c.ts': _, ...open } = circle;
    expect(texts({ ...open, 'simulator/city/c.ts': 'export type A = number;' })).toEqual([]);
  });

  it('of folders are refused although no file leads back to itself', () => {
    const circle = {
      'simulator/city/a.ts': "export { b } from '../people/b.ts';",
      'simulator/people/b.ts': 'export const b = 1;',
      'simulator/people/c.ts': "export { d } from '../city/d.ts';",
      'simulator/city/d.ts': 'export const d = 1;',
    };
    expect(texts(circle)).toEqual(['folders import each other in a circle: simulator/city, simulator/people']);
    expect(texts({ ...circle, 'simulator/people/c.ts': 'export const c = 1;' })).toEqual([]);
  });

  it('of folders are counted two levels deep: what is below counts as one', () => {
    const inside = {
      'harness/drivers/node/a.ts': "export { b } from '../target/b.ts';",
      'harness/drivers/target/b.ts': 'export const b = 1;',
      'harness/drivers/target/c.ts': "export { d } from '../node/d.ts';",
      'harness/drivers/node/d.ts': 'export const d = 1;',
    };
    expect(texts(inside)).toEqual([]);
  });
});

describe('purity, as the scan sees it', () => {
  const BREACHES: [string, string][] = [
    ['export const a = 2 ** 3;', 'power operator'],
    ['let a = 2;\na **= 3;\nexport { a };', 'power operator'],
    ['export const { log } = Math;', 'uses of Math only'],
    ['const M = Math;\nexport const a = M.log(2);', 'uses of Math only'],
    ["export const a = Math['log'](2);", 'uses of Math only'],
    ['export const a = Math.exp(2);', 'uses of Math only'],
    ["import { readFileSync } from 'node:fs';\nexport { readFileSync };", 'must not import node:fs'],
    ["import { readFileSync } from 'fs';\nexport { readFileSync };", 'must not import fs'],
    ['export const load = (name: string) => import(name);', 'imports only what it names'],
  ];

  it.each(BREACHES)('%s', (source, text) => {
    for (const folder of ['contract', 'simulator/city', 'reference-impl/pipeline']) {
      const path = `${folder}/b.ts`;
      expect(findBreaches(plant({ [path]: source }))).toEqual([
        expect.objectContaining({ path, text: expect.stringContaining(text) }),
      ]);
    }
    expect(
      findBreaches(
        plant({ 'harness/run/b.ts': source, 'reference-impl/servers/b.ts': source, 'simulator/b.test.ts': source }),
      ),
    ).toEqual([]);
  });

  it('lets exact arithmetic pass', () => {
    const source = 'export const a = Math.floor(Math.sqrt(2)) + Math.imul(2, 3) + (4 >>> 1) + Math.PI;';
    expect(findBreaches(plant({ 'simulator/b.ts': source }))).toEqual([]);
  });
});

describe('purity, as the linter sees it', () => {
  const MATH = 'log log2 log10 exp pow sin cos tan asin acos atan atan2 cbrt hypot random'.split(' ');
  const GLOBALS =
    'Date Intl process console Buffer globalThis performance crypto fetch setTimeout setInterval setImmediate queueMicrotask'.split(
      ' ',
    );
  const LOCALE = 'localeCompare toLocaleString toLocaleUpperCase toLocaleLowerCase'.split(' ');
  const planted: Record<string, string> = {};
  for (const name of MATH) planted[`math-${name}`] = `export const a = Math.${name}(1, 2);`;
  for (const name of GLOBALS) planted[`global-${name}`] = `export const a = () => ${name};`;
  for (const name of LOCALE) planted[`locale-${name}`] = `export const a = (b: string) => b.${name}('c');`;
  const clean = 'export const a = Math.floor(2);';
  const FOLDERS = ['contract', 'simulator/city', 'reference-impl/pipeline', 'harness/run', 'reference-impl/servers'];
  let found = new Set<string>();

  beforeAll(() => {
    const files: Record<string, string> = {};
    for (const folder of FOLDERS) {
      for (const [name, source] of Object.entries({ ...planted, clean })) files[`${folder}/${name}.ts`] = source;
    }
    for (const [name, source] of Object.entries(planted)) files[`simulator/${name}.test.ts`] = source;
    const house = plant(files);
    copyFileSync(join(ROOT, '.oxlintrc.json'), join(house, '.oxlintrc.json'));
    const { status, stdout } = spawnSync(join(BIN, 'oxlint'), ['-f', 'json'], {
      cwd: house,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    if (status !== 1) throw new Error(`oxlint: expected exit 1, found ${status}: ${stdout.slice(0, 500)}`);
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: { filename: string; code: string }[] };
    found = new Set(
      diagnostics.filter(({ code }) => /no-restricted-(globals|properties)/.test(code)).map(({ filename }) => filename),
    );
  });

  it.each(Object.keys(planted))('%s is refused in each pure folder, and only there', (name) => {
    const paths = [...FOLDERS.map((folder) => `${folder}/${name}.ts`), `simulator/${name}.test.ts`];
    expect(paths.filter((path) => found.has(path))).toEqual(paths.slice(0, 3));
  });

  it('lets the rest pass', () => {
    expect([...found].filter((path) => path.endsWith('clean.ts'))).toEqual([]);
  });
});

it('the compiler knows neither Node nor browsers in pure code', () => {
  const names = ['process', 'Buffer', 'console', 'setTimeout', 'document', 'fetch'];
  const house = plant({ 'simulator/b.ts': names.map((name) => `void ${name};`).join('\n') });
  for (const name of ['tsconfig.json', 'tsconfig.pure.json']) copyFileSync(join(ROOT, name), join(house, name));
  const { status, stdout } = spawnSync(join(BIN, 'tsc'), ['-p', 'tsconfig.pure.json'], {
    cwd: house,
    encoding: 'utf8',
  });
  expect(status).not.toBe(0);
  for (const name of names) expect(stdout).toContain(`'${name}'`);
});

it('npm run check runs all of them', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const steps = scripts.check.split(' && ');
  expect(steps).toEqual([
    'oxfmt --check',
    'oxlint --deny-warnings',
    'tsx scripts/check-walls.ts',
    'tsc -p tsconfig.json',
    'tsc -p tsconfig.pure.json',
    'tsc -p harness/drivers/k6/scripts/tsconfig.json',
  ]);
});
