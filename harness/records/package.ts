/** The package that this code is part of. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** package.json, as far as it is read. */
export interface Manifest {
  version: string;
  engines: { node: string };
  dependencies: Record<string, string>;
}

/** Folder of package.json. */
export const PACKAGE_ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The fields of package.json that are read at run time. */
export function readManifest(): Manifest {
  return JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8')) as Manifest;
}
