/** Licences of the npm packages that the bundle holds: each asks that its text goes with its code. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export const LICENCES = 'dist/THIRD-PARTY.txt';

/** The licence texts of the packages that `paths` lie in, by name. Paths are relative to `root`. Throws if a package has neither text nor name of a licence. */
export function licenceTexts(root: string, paths: readonly string[]): string {
  const folders = new Set(paths.flatMap((path) => PACKAGE.exec(path)?.[0] ?? []));
  const texts = new Map([...folders].map((folder) => licenceOf(join(root, folder))));
  const parts = [...texts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, text]) => `${RULE}\n${name}\n\n${text}\n`);
  return `The files in this folder contain code of the packages below, under their licences.\n\n${parts.join('\n')}`;
}

// --- internal ---

/** The folder of a package, nested ones too: up to the last `node_modules/name` or `node_modules/@scope/name`. */
const PACKAGE = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/;
const RULE = '-'.repeat(80);

function licenceOf(folder: string): [name: string, text: string] {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    license?: string;
  };
  const files = readdirSync(folder).filter((file) => /^(?:licen[cs]e|copying|notice)/i.test(file));
  const texts = files.sort().map((file) => readFileSync(join(folder, file), 'utf8').trim());
  if (texts.length === 0 && license === undefined) throw new Error(`${name}: expected a licence, found none`);
  return [`${name} ${version}`, texts.length === 0 ? `Licence: ${license}` : texts.join('\n\n')];
}
