/** The thread that holds doorbells' MQTT connections. */
import { TRACE_INPUT_KINDS } from '../../../../contract/trace-kinds.ts';
import type { Chunk } from '../thread/chunk.ts';
import { createClientFrame, createClientThread, type ClientFrame } from '../thread/client-thread.ts';
import type { ThreadSetup, ThreadWork } from '../thread/thread-protocol.ts';
import { Doorbell, type DoorbellHost } from './doorbell.ts';

const ATTACH = TRACE_INPUT_KINDS.indexOf('attach');
const DETACH = TRACE_INPUT_KINDS.indexOf('detach');
const TICK_MS = 1000;

/** `consumed` is told the weight of each chunk whose inputs were all taken up. Without a broker every input fails. */
export function createDoorbellsThread(setup: ThreadSetup, consumed: (weight: number) => void): ThreadWork {
  const frame = createClientFrame(setup);
  const { wall, log } = frame;
  const counts = { lost: 0, nonsense: 0 };
  const host = hostOf(setup, frame, counts);
  const doorbells = new Map<number, Doorbell>();
  const timer = setInterval(() => {
    const nowMs = wall();
    for (const doorbell of doorbells.values()) doorbell.tick(nowMs);
  }, TICK_MS);
  return createClientThread(
    frame,
    {
      take: (chunk, i, record, intendedMs) => {
        if (host === null) log.markFailed(record, wall(), -1, 'connection', null);
        else takeUp(doorbellOf(doorbells, chunk.who[i], host), { chunk, i, record, intendedMs }, frame);
      },
      failure: (stopped, sent) => (stopped ? 'stopped' : sent ? 'timeout' : 'connection'),
      end: () => {
        clearInterval(timer);
        for (const doorbell of doorbells.values()) doorbell.end();
        return { notes: notesOf(counts) };
      },
    },
    consumed,
  );
}

// --- internal ---

function hostOf(setup: ThreadSetup, frame: ClientFrame, counts: DoorbellHost['counts']): DoorbellHost | null {
  const { mqtt, credentialSecret, triesMax } = setup;
  const { wall, log, tally, connected } = frame;
  return mqtt && { wall, log, endpoint: mqtt, credentialSecret, rules: { triesMax, tally }, connected, counts };
}

interface DueInput {
  chunk: Chunk;
  i: number;
  record: number;
  intendedMs: number;
}

function takeUp(doorbell: Doorbell, { chunk, i, record, intendedMs }: DueInput, { wall, log }: ClientFrame): void {
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
}

function doorbellOf(doorbells: Map<number, Doorbell>, id: number, host: DoorbellHost): Doorbell {
  let doorbell = doorbells.get(id);
  if (doorbell === undefined) {
    doorbell = new Doorbell(host, id);
    doorbells.set(id, doorbell);
  }
  return doorbell;
}

function notesOf({ lost, nonsense }: DoorbellHost['counts']): string[] {
  const notes: string[] = [];
  if (lost > 0) notes.push(`${lost} times a doorbell lost its connection`);
  if (nonsense > 0) notes.push(`${nonsense} device connections broke the MQTT protocol`);
  return notes;
}
