/**
 * `npm run k6`: what the scripts in harness/drivers/k6/scripts/ need besides themselves, in its build/ folder: mqtt-packet as one module that k6 can load, and
 * k6 itself, compiled from the Go module in harness/drivers/k6/scripts/bin/ unless one that is recent enough is on the PATH.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { BUILD_DIR, BUILT_K6, isRecent, k6At } from '../harness/drivers/k6/binary.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MODULE_DIR = join(ROOT, 'harness/drivers/k6/scripts/bin');

// --- internal ---

/** A list of buffers is all that is used of `bl`: its streams would be four fifths of the bundle, and each VU loads all of it. */
const LEAN: Plugin = {
  name: 'lean',
  setup({ onResolve, onLoad }) {
    const contents: Record<string, string> = {
      bl: "const BufferList = require('bl/BufferList'); module.exports = () => new BufferList();",
      debug: 'module.exports = () => () => {};',
    };
    onResolve({ filter: /^(?:bl|debug)$/ }, ({ path }) => ({ path, namespace: 'lean' }));
    onLoad({ filter: /.*/, namespace: 'lean' }, ({ path }) => ({ contents: contents[path], resolveDir: ROOT }));
  },
};

/** Written to `outfile`; k6 can't resolve packages, and has neither Buffer nor process. */
async function bundleMqtt(outfile: string): Promise<void> {
  await build({
    stdin: {
      // Its table of all packet ids would take each VU a second to fill.
      contents: `import { generate, parser, writeToStream } from 'mqtt-packet';
writeToStream.cacheNumbers = false;
export { generate, parser };`,
      resolveDir: ROOT,
    },
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2017',
    minify: true,
    legalComments: 'inline',
    define: { global: 'globalThis' },
    banner: { js: 'globalThis.process = { nextTick: (run, ...given) => run(...given), env: {} };' },
    plugins: [LEAN],
    outfile,
    logLevel: 'silent',
  });
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** 0, or 1 where the compiler fails. */
function buildK6(): number {
  const own = k6At('k6');
  if (own !== null && isRecent(own.version)) {
    say(`k6 v${own.version} is on the PATH: nothing to build`);
    return 0;
  }
  const wanted = /go\.k6\.io\/k6\/v2 v(\S+)/.exec(readFileSync(join(MODULE_DIR, 'go.mod'), 'utf8'))?.[1];
  if (k6At(BUILT_K6)?.version === wanted) {
    say(`k6 v${wanted} is built already`);
    return 0;
  }
  say(`building k6 v${wanted} with Go; the first time this takes some minutes`);
  const { status, error } = spawnSync('go', ['build', '-trimpath', '-mod=readonly', '-o', BUILT_K6, '.'], {
    cwd: MODULE_DIR,
    env: { ...process.env, GOTOOLCHAIN: 'local' },
    stdio: 'inherit',
  });
  if (status === 0) return 0;
  say(`k6: expected Go to build it (https://go.dev), found ${error === undefined ? `exit code ${status}` : 'no Go'}`);
  return 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(BUILD_DIR, { recursive: true });
  await bundleMqtt(join(BUILD_DIR, 'mqtt-packet.js'));
  process.exitCode = buildK6();
}
