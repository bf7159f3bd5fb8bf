/** Finds k6: the one on the PATH if it is recent enough, else the one that `npm run k6` built. */
import { spawnSync } from 'node:child_process';
import { HundredblockError } from '../../../contract/errors.ts';
import { packagePath } from '../../io/package.ts';

/** A k6 that can be run. */
export interface K6Binary {
  path: string;
  /** Such as `2.2.0`. */
  version: string;
}

/** The folder that `npm run k6` builds into; git ignores it. */
export const BUILD_DIR = packagePath('harness/drivers/k6/scripts/build');
/** The program that `npm run k6` builds. */
export const BUILT_K6 = `${BUILD_DIR}/k6`;

/** Throws HB_TOOL, which says how to get k6, if none is found that is recent enough. */
export function findK6(candidates: readonly string[] = ['k6', BUILT_K6]): K6Binary {
  const found = candidates.flatMap((path) => k6At(path) ?? []);
  const recent = found.find(({ version }) => isRecent(version));
  if (recent !== undefined) return recent;
  const what = found.length === 0 ? 'none' : `v${found[0].version}`;
  throw new HundredblockError(
    'HB_TOOL',
    `k6: expected v${VERSION_MIN} or newer, on the PATH (https://k6.io) or built by npm run k6 (needs Go), found ${what}`,
  );
}

/** The program at a path, or of that name on the PATH; null if there is none that says its version. */
export function k6At(path: string): K6Binary | null {
  const { status, stdout } = spawnSync(path, ['version'], { encoding: 'utf8', timeout: VERSION_MS_MAX });
  const version = status === 0 ? versionOf(stdout) : null;
  return version === null ? null : { path, version };
}

/** The version in a text such as `k6 v2.2.0 (go1.26.8, linux/amd64)`, which `k6 version` prints; null if it is another text. */
export function versionOf(text: string): string | null {
  return /^k6(?:\.exe)? v?(\d+\.\d+\.\d+)/m.exec(text)?.[1] ?? null;
}

/** Whether this driver can use k6 of this version. */
export function isRecent(version: string): boolean {
  const [major] = version.split('.').map(Number);
  const [least] = VERSION_MIN.split('.').map(Number);
  return major >= least;
}

// --- internal ---

const VERSION_MIN = '2.0.0';
const VERSION_MS_MAX = 20_000;
