/**
 * `npm run k6`: k6 itself, in harness/drivers/k6/scripts/build/, compiled from the Go module in harness/drivers/k6/scripts/bin/ unless one that is recent
 * enough is on the PATH; and beside it mqtt-packet for k6's scripts, which `npm run build` makes too.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BUILD_DIR, BUILT_K6, isRecent, k6At } from '../harness/drivers/k6/binary.ts';
import { MQTT_FOR_K6, mqttForK6 } from './mqtt-for-k6.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MODULE_DIR = join(ROOT, 'harness/drivers/k6/scripts/bin');

// --- internal ---

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
  writeFileSync(join(ROOT, MQTT_FOR_K6), await mqttForK6(ROOT));
  process.exitCode = buildK6();
}
