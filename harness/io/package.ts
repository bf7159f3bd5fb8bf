/** The package that this code is part of. Sources and bundle lie at different depths: nothing else may derive a path from its own place. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** package.json, as far as it is read. */
export interface Manifest {
  version: string;
  engines: { node: string };
  dependencies: Record<string, string>;
}

/** Folder of package.json. */
export const PACKAGE_ROOT = rootAbove(dirname(fileURLToPath(import.meta.url)));

/** The absolute path of a file of this package. `path` starts at its root: `docs/asyncapi.json`. */
export function packagePath(path: string): string {
  return join(PACKAGE_ROOT, path);
}

/** The fields of package.json that are read at run time. */
export function readManifest(): Manifest {
  return JSON.parse(readFileSync(packagePath('package.json'), 'utf8')) as Manifest;
}

// --- internal ---

function rootAbove(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : rootAbove(dirname(folder));
}
