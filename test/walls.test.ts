/** Each wall is shown to fire: a file that breaches it is planted in a house of its own, and the checks that `npm run check` runs must see it. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBreaches } from '../scripts/check-walls.ts';

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
  const targets = {
    'contract/a.ts': 'export const a = 1;',
    'simulator/a.ts': 'export const a = 1;',
    'reference-impl/pipeline/a.ts': 'export const a = 1;',
    'harness/a.ts': 'export const a = 1;',
    'scenarios/a.ts': 'export const a = 1;',
    'dashboards/a.ts': 'export const a = 1;',
    'bench/a.ts': 'export const a = 1;',
  };
  const ALL = Object.keys(targets);

  it.each([
    ['contract/b.ts', ['contract/a.ts']],
    ['simulator/b.ts', ['contract/a.ts', 'simulator/a.ts']],
    ['reference-impl/servers/b.ts', ['contract/a.ts', 'reference-impl/pipeline/a.ts']],
    ['harness/b.ts', ALL.filter((path) => path !== 'bench/a.ts')],
    ['scenarios/b.ts', ['contract/a.ts', 'scenarios/a.ts']],
    ['dashboards/b.ts', ['contract/a.ts', 'dashboards/a.ts']],
    ['scripts/b.ts', ALL],
    ['simulator/b.test.ts', ALL],
  ])('%s may import only %j', (from, allowed) => {
    const up = '../'.repeat(from.split('/').length - 1);
    const found = ALL.filter((target) => {
      const house = plant({ ...targets, [from]: `import { a } from '${up}${target}';\nexport const b = a;` });
      return findBreaches(house).some(
        (breach) => breach.path === from && breach.line === 1 && breach.text.endsWith(`found ${target}`),
      );
    });
    expect(found).toEqual(ALL.filter((target) => !allowed.includes(target)));
  });

  it.each([
    ["import type { A } from '../reference-impl/pipeline/a.ts';"],
    ["export * from '../reference-impl/pipeline/a.ts';"],
    ["export const a = await import('../reference-impl/pipeline/a.ts');"],
    ["export const a = new URL('../reference-impl/pipeline/a.ts', import.meta.url);"],
    ["import '../simulator/../reference-impl/pipeline/a.ts';"],
    ["import { a } from /* hidden */\n  '../reference-impl/pipeline/a.ts';"],
  ])('from the simulator: %s', (source) => {
    const breaches = findBreaches(plant({ ...targets, 'simulator/b.ts': source }));
    expect(breaches).toHaveLength(1);
    expect(breaches[0]).toMatchObject({
      path: 'simulator/b.ts',
      text: 'simulator/ may import only simulator, contract, found reference-impl/pipeline/a.ts',
    });
  });

  it('is not fooled by comments and texts', () => {
    const source =
      "// import '../reference-impl/pipeline/a.ts'\nexport const text = `import '../reference-impl/pipeline/a.ts'`;";
    expect(findBreaches(plant({ ...targets, 'simulator/b.ts': source }))).toEqual([]);
  });

  it.each(['simulator/a.ts', 'reference-impl/pipeline/a.ts'])(
    'the oracle does not reach %s, not even through others',
    (target) => {
      const house = plant({
        ...targets,
        'harness/between.ts': `export { a } from '../${target}';`,
        'harness/oracle/judge.ts': "export { a } from '../between.ts';",
        'harness/oracle/judge.test.ts': `export { a } from '../../${target}';`,
      });
      expect(findBreaches(house)).toEqual([
        {
          path: 'harness/oracle/judge.ts',
          line: 1,
          text: `the oracle must not reach ${target} (via harness/between.ts)`,
        },
      ]);
    },
  );
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
        plant({ 'harness/b.ts': source, 'reference-impl/servers/b.ts': source, 'simulator/b.test.ts': source }),
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
  const FOLDERS = ['contract', 'simulator/city', 'reference-impl/pipeline', 'harness', 'reference-impl/servers'];
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
