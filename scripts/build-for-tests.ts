/** Before tests: builds the bundle if a source has changed since, so that each process that a test starts does so quickly. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

/** Vitest calls it once. Tests of `--project pure` alone start few processes, so they don't wait for a build: a stale bundle means slow starts. */
export default function setup({ vitest }: TestProject): void {
  process.env.HB_SOURCE_NOTICE = 'off';
  const projects = vitest.config.project;
  if (projects.length === 1 && projects[0] === 'pure') return;
  const script = fileURLToPath(new URL('build.ts', import.meta.url));
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', script, '--if-stale'], { stdio: 'inherit' });
  if (status !== 0) throw new Error(`scripts/build.ts: expected exit code 0, found ${status}`);
}
