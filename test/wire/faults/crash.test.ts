/** SIGKILL of the service in the middle of its work; it is started again on the same data and ports while the driver goes on. */
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { tokenOf } from '../../../contract/credentials.ts';
import { PATHS } from '../../../contract/wire.ts';
import { keyedDraw } from '../../../simulator/kernel/random.ts';
import {
  acknowledgedLost,
  expectSound,
  faultFolder,
  killAll,
  pagesThatDiffer,
  placeIn,
  recordTown,
  runTown,
  startServe,
  unexplained,
  type Place,
  type Run,
  type Serve,
  type Town,
} from './fault-run.testing.ts';

const SEED = 1;
const folder = faultFolder();
let town: Town;
beforeAll(async () => {
  town = await recordTown(join(folder.path, 'trace'), 8);
}, 180_000);
afterEach(killAll);
afterAll(folder.remove);

/** A service that dies once and comes back. */
class Mortal {
  readonly #place: Place;
  #serve: Serve;
  killedMs = 0;
  #back: Promise<Serve> | null = null;

  constructor(place: Place, serve: Serve) {
    this.#place = place;
    this.#serve = serve;
  }

  get http(): string {
    return this.#serve.http;
  }
  get mqtt(): string | null {
    return this.#serve.mqtt;
  }
  get isKilled(): boolean {
    return this.#back !== null;
  }

  /** At once, in the middle of whatever it does. */
  kill(): void {
    if (this.#back !== null) return;
    this.killedMs = Date.now();
    this.#back = this.#serve.kill().then(() => startServe(this.#place));
  }

  async back(): Promise<Serve> {
    if (this.#back === null) throw new Error('expected it to have been killed, found that nothing did');
    return this.#back;
  }
}

async function start(name: string): Promise<Mortal> {
  const place = await placeIn(folder.path, name);
  return new Mortal(place, await startServe(place));
}

/** What holds after a restart, whenever it was. */
async function expectWhole(run: Run, serve: Serve): Promise<void> {
  expectSound(town, run);
  expect(unexplained(town, run)).toEqual([]);
  // The embedded broker and all doors are the service's: what was not answered was sent again.
  expect(Object.keys(run.judged.load.refusals)).toEqual(['retried']);
  expect(serve.log()).toContain('"recovered"');
  expect(serve.log()).not.toContain('replay-differs');
  expect(await acknowledgedLost(town, run, serve.http)).toEqual({
    lost: [],
    asked: run.sends.filter(({ input, failure }) => town.inputs[input].kind === 'cad' && failure === null).length,
  });
  expect(await pagesThatDiffer(town, run, serve.http)).toEqual([]);
}

/** Of the resident that is told most. */
function mostAlerted({ replayed }: Town): number {
  const counts = new Map<number, number>();
  for (const { audience } of replayed.publishes)
    for (const resident of audience) counts.set(resident, (counts.get(resident) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0][0];
}

describe('SIGKILL of the service', { timeout: 300_000 }, () => {
  it('in the middle of ingest loses nothing that was acknowledged, and doubles nothing', async () => {
    const mortal = await start('ingest');
    const draw = keyedDraw({ seed: SEED, replication: 0 }, 'faults/kill', 'ingest');
    const second = 1 + Math.floor(draw() * 4);
    const withinMs = draw() * 500;
    const run = await runTown(town, mortal, join(folder.path, 'ingest-out'), {
      onProgress: ({ phase, done }) => {
        if (phase === 'running' && done >= second && !mortal.isKilled) setTimeout(() => mortal.kill(), withinMs);
      },
    });
    const serve = await mortal.back();
    const wall = (ms: number | null): number => ms ?? Infinity;
    expect(run.sends.some(({ sentMs }) => wall(sentMs) < mortal.killedMs)).toBe(true);
    expect(run.sends.some(({ answeredMs }) => wall(answeredMs) > mortal.killedMs)).toBe(true);
    await expectWhole(run, serve);
  });

  it('in the middle of a fan-out brings the rest of it to those that had not got it, once', async () => {
    const mortal = await start('fan-out');
    const draw = keyedDraw({ seed: SEED, replication: 0 }, 'faults/kill', 'fan-out');
    const nth = 2 + Math.floor(draw() * 3);
    const watcher = mostAlerted(town);
    const token = tokenOf(town.trace.onboarding.credentialSecret, 'resident', watcher);
    let socket: WebSocket | null = null;
    // As soon as the first of many has an alert.
    const watch = (): void => {
      socket = new WebSocket(mortal.http.replace('http', 'ws') + PATHS.stream, {
        headers: { authorization: `Bearer ${token}` },
      });
      let alerts = 0;
      socket.on('error', () => {});
      socket.on('message', (data: Buffer) => {
        if (data.includes('"type":"alert"') && ++alerts === nth) mortal.kill();
      });
    };
    const run = await runTown(town, mortal, join(folder.path, 'fan-out-out'), {
      onProgress: ({ phase }) => {
        if (phase === 'connecting' && socket === null) watch();
      },
    });
    const serve = await mortal.back();
    socket!.terminate();
    const before = run.deliveries.filter(([, , , wallMs]) => wallMs <= mortal.killedMs).length;
    expect(before).toBeGreaterThan(0);
    expect(run.deliveries.length).toBeGreaterThan(before);
    await expectWhole(run, serve);
  });
});
