/** Mosquitto in front of the service: the broker dies and comes back, the service dies behind a broker that lives. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { credentialOf } from '../../../contract/credentials.ts';
import { until } from '../../../reference-impl/server/serve.testing.ts';
import {
  counted,
  expectSound,
  faultFolder,
  freePort,
  killAll,
  placeIn,
  recordTown,
  runTown,
  startServe,
  type Run,
  type Serve,
  type Town,
} from './fault-run.testing.ts';

const DEPLOY = fileURLToPath(new URL('../../../deploy/mosquitto/', import.meta.url));
const isInstalled = spawnSync('mosquitto', ['-h']).error === undefined;
// A machine that tests for others has it; elsewhere its absence is said and no failure.
if (!isInstalled && process.env['CI'] === 'true') throw new Error('mosquitto: expected it to be installed, found none');
if (!isInstalled) process.stderr.write('mosquitto is not installed: its tests are skipped\n');

const SERVICE_PASSWORD = 'the-password-of-the-service';
const folder = faultFolder();
let town: Town;
let port = 0;
let broker: ChildProcess | null = null;

beforeAll(async () => {
  if (!isInstalled) return;
  // Heartbeats by the hundred: alerts come beside them.
  const sets = ['load.connectedShareOfDoorbells=0.3', 'load.heartbeatMs=20000', 'reactions.enabled=false'];
  town = await recordTown(join(folder.path, 'trace'), 8, sets);
  port = await freePort();
  writeConfig();
}, 180_000);
afterEach(async () => {
  await killAll();
  await killBroker();
});
afterAll(folder.remove);

/** The file that is deployed, with paths and port of this test. */
function writeConfig(): void {
  const at = (name: string): string => join(folder.path, name);
  const config = readFileSync(join(DEPLOY, 'mosquitto.conf'), 'utf8')
    .replace('listener 1883', `listener ${port} 127.0.0.1`)
    .replaceAll('/etc/mosquitto/passwd', at('passwd'))
    .replaceAll('/etc/mosquitto/acl', at('acl'))
    .replaceAll('/var/lib/mosquitto/', `${folder.path}/`);
  // Started by root it would become another user, who may not look into this folder.
  writeFileSync(at('mosquitto.conf'), `${config}\nuser root\n`);
  writeFileSync(at('acl'), readFileSync(join(DEPLOY, 'acl')), { mode: 0o600 });
  const doorbells = new Set(town.inputs.flatMap((input) => ('doorbell' in input ? [input.doorbell] : [])));
  const secret = town.trace.onboarding.credentialSecret;
  const users = [
    ['hundredblock-serve', SERVICE_PASSWORD],
    ...[...doorbells].map((id) => [String(id), credentialOf(secret, 'device', id)]),
  ];
  writeFileSync(at('passwd'), users.map(([name, password]) => `${name}:${password}\n`).join(''), { mode: 0o600 });
  const made = spawnSync('mosquitto_passwd', ['-U', at('passwd')], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(made.stderr);
}

async function startBroker(): Promise<void> {
  broker = spawn('mosquitto', ['-c', join(folder.path, 'mosquitto.conf')], { stdio: 'ignore' });
}

async function killBroker(): Promise<void> {
  if (broker === null || broker.exitCode !== null || broker.signalCode !== null) return;
  const gone = once(broker, 'exit');
  broker.kill('SIGKILL');
  await gone;
}

/** The service behind the broker, subscribed. */
async function startBehind(place: Awaited<ReturnType<typeof placeIn>>) {
  const serve = await startServe(place);
  await until('the service to have subscribed', () => serve.log().includes('"broker-ready"'), 60_000);
  return serve;
}

const behind = (): string[] => ['--mqtt', `mqtt://hundredblock-serve:${SERVICE_PASSWORD}@127.0.0.1:${port}`];

/** Messages of doorbells that were acknowledged to them. */
function acknowledgedMessages({ judged: { load } }: Run): number {
  return ['motion', 'clip', 'heartbeat'].reduce((n, kind) => n + (load.inputs[kind]?.acknowledged ?? 0), 0);
}

const taken = (url: string): Promise<number> => counted(url, 'hundredblock_device_messages_total', 'outcome="taken"');

describe.skipIf(!isInstalled)('with a broker outside', { timeout: 300_000 }, () => {
  it('that is killed and started again, every message that was acknowledged is counted', async () => {
    await startBroker();
    const serve = await startBehind(await placeIn(folder.path, 'broker-dies', behind()));
    let fault: Promise<void> | null = null;
    const run = await runTown(
      town,
      { http: serve.http, mqtt: `mqtt://127.0.0.1:${port}` },
      join(folder.path, 'out-1'),
      {
        onProgress: ({ phase, done }) => {
          if (phase === 'running' && done >= 2) fault ??= killBroker().then(startBroker);
        },
      },
    );
    await fault;
    expect(fault).not.toBeNull();
    expect(serve.log()).toContain('"broker-lost"');
    expectSound(town, run);
    const acknowledged = acknowledgedMessages(run);
    expect(acknowledged).toBeGreaterThan(100);
    // Some come twice, since the broker remembers what it had passed on as of some seconds ago: at least once is what is promised.
    await until('all to be counted', async () => (await taken(serve.http)) >= acknowledged);
    expect(run.judged.load.refusals).toEqual(run.judged.load.retries > 0 ? { retried: expect.any(Number) } : {});
  });

  it('that lives while the service is killed, what came meanwhile is waiting for it', async () => {
    await startBroker();
    const place = await placeIn(folder.path, 'service-dies', behind());
    const serve = await startBehind(place);
    let before = 0;
    const fault: Promise<Serve>[] = [];
    const die = async (): Promise<Serve> => {
      before = await taken(serve.http);
      await serve.kill();
      return startBehind(place);
    };
    const run = await runTown(
      town,
      { http: serve.http, mqtt: `mqtt://127.0.0.1:${port}` },
      join(folder.path, 'out-2'),
      {
        onProgress: ({ phase, done }) => {
          if (phase === 'running' && done >= 2 && fault.length === 0) fault.push(die());
        },
      },
    );
    const [again] = await Promise.all(fault);
    expectSound(town, run);
    const acknowledged = acknowledgedMessages(run);
    // A restarted process counts from nought; what it took between the last look and its end was taken, or comes again.
    await until('the rest to be counted', async () => before + (await taken(again.http)) >= acknowledged - SLACK);
    expect(run.judged.load.inputs['heartbeat'].acknowledged).toBe(run.judged.load.inputs['heartbeat'].meant);
  });
});

/** Taken between the last look at the figures and the kill, a few milliseconds later. */
const SLACK = 20;
