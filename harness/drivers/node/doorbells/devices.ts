/** The thread that holds doorbells' MQTT connections. */
import { TRACE_INPUT_KINDS } from '../../../../contract/trace-kinds.ts';
import type { Chunk } from '../thread/chunk.ts';
import type { Crew, CrewSetup } from '../thread/crew-contract.ts';
import { Doorbell, type DoorbellHost } from './doorbell.ts';
import { measureLoopDelay } from '../thread/loop-delay.ts';
import { Ramp } from '../thread/ramp.ts';
import { Schedule } from '../thread/schedule.ts';
import { SpreadTally } from '../../../../stats/spread.ts';
import { SendLog, UNCOUNTED } from '../thread/send-log.ts';
import { wallOf } from '../wall.ts';

export function createDevices(setup: CrewSetup, consumed: (weight: number) => void): Crew {
  const wall = wallOf(setup.wallOffsetMs);
  const log = new SendLog(setup.boundsMs.lag);
  const connects = new SpreadTally(setup.boundsMs.connect);
  const connectMs: number[] = [];
  const doorbells = new Map<number, Doorbell>();
  const tally = { connected: 0, connecting: 0, refused: 0 };
  const counts = { lost: 0, nonsense: 0 };
  const host: DoorbellHost | null = setup.mqtt && {
    wall,
    log,
    endpoint: setup.mqtt,
    credentialSecret: setup.credentialSecret,
    rules: { triesMax: setup.triesMax, tally },
    connected: (ms) => {
      connectMs.push(ms);
      connects.add(ms);
    },
    counts,
  };
  const fire = (chunk: Chunk, i: number, intendedMs: number, lagMs: number): void => {
    const record = log.open(chunk.line[i], intendedMs, lagMs, Number.isNaN(lagMs) ? UNCOUNTED : chunk.kind[i]);
    if (host === null) log.markFailed(record, wall(), -1, 'connection', null);
    else take(doorbellOf(doorbells, chunk.who[i], host), chunk, i, record, intendedMs);
  };
  const take = (doorbell: Doorbell, chunk: Chunk, i: number, record: number, intendedMs: number): void => {
    const kind = chunk.kind[i];
    if (kind === ATTACH) doorbell.attach(record, intendedMs);
    else if (kind === DETACH) {
      doorbell.detach();
      log.markSent(record, wall(), 1);
      log.markAcknowledged(record, wall(), -1, null);
    } else {
      const bytes = chunk.bytes.subarray(chunk.offset[i], chunk.offset[i + 1]);
      doorbell.publish({ record, bytes, idAt: chunk.extra[i], packetId: 0, tries: 0 });
    }
  };
  const schedule = new Schedule(wall, {
    consumed,
    fire: (chunk, i, intendedMs, takenMs) => fire(chunk, i, intendedMs, takenMs - intendedMs),
  });
  const ramp = new Ramp(wall, { consumed, fire: (chunk, i, intendedMs) => fire(chunk, i, intendedMs, NaN) });
  const timer = setInterval(() => {
    const nowMs = wall();
    for (const doorbell of doorbells.values()) doorbell.tick(nowMs);
  }, TICK_MS);
  const loop = measureLoopDelay();
  return {
    portals: new Map(),
    preamble: (chunk, over) => ramp.add(chunk, over),
    inputs: (chunk) => schedule.add(chunk),
    launch: (clock) => {
      loop.restart();
      schedule.launch(clock);
    },
    status: () => ({
      ...log.takeStatus(),
      ...tally,
      deliveries: 0,
      lastDeliveryMs: 0,
      connects: connects.spread,
    }),
    heard: () => null,
    finish: async (stopped) => {
      schedule.stop();
      ramp.stop();
      clearInterval(timer);
      const sends = log.close((_record, sent) => (stopped ? 'stopped' : sent ? 'timeout' : 'connection'));
      for (const doorbell of doorbells.values()) doorbell.end();
      return {
        sends,
        frames: [],
        deliveries: [],
        connections: [],
        connectMs,
        eventLoopDelayMs: loop.stop(),
        notes: notesOf(counts),
      };
    },
  };
}

// --- internal ---

const ATTACH = TRACE_INPUT_KINDS.indexOf('attach');
const DETACH = TRACE_INPUT_KINDS.indexOf('detach');
const TICK_MS = 1000;

function notesOf({ lost, nonsense }: DoorbellHost['counts']): string[] {
  const notes: string[] = [];
  if (lost > 0) notes.push(`${lost} times a doorbell lost its connection`);
  if (nonsense > 0) notes.push(`${nonsense} device connections broke the MQTT protocol`);
  return notes;
}

function doorbellOf(doorbells: Map<number, Doorbell>, id: number, host: DoorbellHost): Doorbell {
  let doorbell = doorbells.get(id);
  if (doorbell === undefined) {
    doorbell = new Doorbell(host, id);
    doorbells.set(id, doorbell);
  }
  return doorbell;
}
