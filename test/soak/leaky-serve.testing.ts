/**
 * The reference system with one thing planted that a soak must find. Started as
 *
 *   node --import tsx leaky-serve.testing.ts <nothing|memory|descriptors|latency> <data folder>     (HUNDREDBLOCK_HARNESS_KEY in the environment)
 *
 * it prints the same first line as `hundredblock serve`, and ends on SIGTERM. `memory`: 1 MB of numbers on the heap each minute;
 * `descriptors`: a file opened each minute and never closed; `latency`: whatever is sent to clients is held for 250 ms, 1% longer each
 * minute.
 */
import { openSync, readFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { resolveConfig } from '../../reference-impl/server/config.ts';
import { startService } from '../../reference-impl/server/serve.ts';

const [, , plant, dataDir] = process.argv;
const MINUTE_MS = 60_000;
const HELD_MS = 250;
const DRIFT_A_MINUTE = 0.01;
/** A number on the heap takes 8 bytes: 1 MB a minute, a second's share at a time. */
const NUMBERS_A_SECOND = 1_000_000 / 8 / 60;

const startedMs = performance.now();
const leaked: unknown[] = [];

function leak(): void {
  switch (plant) {
    case 'memory':
      setInterval(() => leaked.push(Array.from({ length: NUMBERS_A_SECOND }, () => Math.random())), 1000);
      return;
    case 'descriptors':
      setInterval(() => leaked.push(openSync('/dev/null', 'r')), MINUTE_MS);
      return;
    case 'latency':
    case 'nothing':
      return;
    default:
      throw new RangeError(`expected nothing, memory, descriptors or latency, found ${plant}`);
  }
}

function heldMs(): number {
  return HELD_MS * (1 + (DRIFT_A_MINUTE * (performance.now() - startedMs)) / MINUTE_MS);
}

/** Hands on what a client sends at once, and what it is answered after a while, in order. */
function hold(client: Socket, port: number): void {
  const service = connect(port, '127.0.0.1');
  let last = Promise.resolve();
  const later = (act: () => void): void => {
    const atMs = performance.now() + heldMs();
    last = last.then(() => sleep(Math.max(0, atMs - performance.now()))).then(act);
  };
  client.setNoDelay(true);
  service.setNoDelay(true);
  client.pipe(service);
  service.on('data', (chunk) => later(() => client.write(chunk)));
  service.on('end', () => later(() => client.end()));
  service.on('error', () => client.destroy());
  client.on('error', () => service.destroy());
  client.on('close', () => service.destroy());
}

/** Address of a door in front of that one. */
async function doorBefore(url: string, doors: Server[]): Promise<string> {
  const { protocol, port } = new URL(url);
  const door = createServer((client) => hold(client, Number(port)));
  doors.push(door);
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  return `${protocol}//127.0.0.1:${(door.address() as AddressInfo).port}`;
}

const resolved = resolveConfig({
  flags: new Map([
    ['port', '0'],
    ['mqttPort', '0'],
    ['dataDir', dataDir],
    ['logLevel', 'error'],
  ]),
  environment: process.env,
  file: null,
});
if (Array.isArray(resolved)) throw new RangeError(resolved.map(({ text }) => text).join('; '));

leak();
const service = await startService(
  resolved.config,
  readFileSync(new URL('../../docs/asyncapi.json', import.meta.url), 'utf8'),
);
const { http, mqtt } = service.listening;
const doors: Server[] = [];
const listening =
  plant === 'latency' && mqtt !== null
    ? { http: await doorBefore(http, doors), mqtt: await doorBefore(mqtt, doors) }
    : { http, mqtt };
process.stdout.write(`${JSON.stringify({ listening, pid: process.pid })}\n`);
process.once('SIGTERM', () => {
  for (const door of doors) door.close();
  void service.stop().then(() => process.exit(0));
});
