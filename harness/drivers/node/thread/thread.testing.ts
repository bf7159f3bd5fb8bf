/** The work of sending threads, done in the test's own thread against a stand-in target. */
import type { ObservedPart } from '../../observations/observed-part.ts';
import type { PlatformClock } from '../../../../contract/clock.ts';
import type { ConnectionLine } from '../../../../contract/trace.ts';
import { CLOSE_CODES, PATHS, REFUSALS } from '../../../../contract/wire.ts';
import { ChunkBuilder, type Chunk, type Item } from './chunk.ts';
import type { ThreadRole, ThreadSetup } from './thread-protocol.ts';
import { locate } from '../../observations/send-log.ts';
import type { StandIn } from '../../target/stand-in.testing.ts';
import { measureWallOffset } from '../../wall-clock.ts';

/** The secret that credentials follow from. */
export const SECRET = 'a secret of a synthetic town';

/** A setup for one role against a stand-in. */
export function setupFor(role: ThreadRole, standIn: StandIn, more: Partial<ThreadSetup> = {}): ThreadSetup {
  const port = (url: string): number => Number(new URL(url).port);
  return {
    role,
    wallOffsetMs: measureWallOffset(),
    credentialSecret: SECRET,
    http: { host: '127.0.0.1', port: port(standIn.url) },
    mqtt: { host: '127.0.0.1', port: port(standIn.mqttUrl) },
    wire: { refusals: REFUSALS, streamPath: PATHS.stream, closeCodes: CLOSE_CODES },
    boundsMs: { lag: [1, 10], connect: [1, 10] },
    triesMax: 10,
    waitingBytesMax: 1 << 24,
    deliveriesMax: 1_000_000,
    connections: 1,
    portals: [],
    part: 0,
    parts: 1,
    slowBytesPerSecond: 1000,
    reportsDeliveries: false,
    ...more,
  };
}

/** A chunk of these items, the n-th of which is line n. */
export function makeChunk(items: (Partial<Item> & Pick<Item, 'kind' | 'who'>)[]): Chunk {
  const builder = new ChunkBuilder();
  for (const [line, item] of items.entries())
    builder.add({ line, atMs: 0, extra: 0, bytes: new Uint8Array(0), ...item });
  return builder.take() as Chunk;
}

/** A clock that shows 0 now and runs at real speed. */
export function clockNow(): PlatformClock {
  return { originWallMs: Date.now(), originMs: 0, speed: 1 };
}

/** The rows of the send log as objects. */
export function sendsOf(result: ObservedPart) {
  return Array.from({ length: result.sends.count }, (_, record) => {
    const { block, i } = locate(result.sends, record);
    return {
      line: block.line[i],
      intendedMs: block.intendedMs[i],
      sentMs: block.sentMs[i],
      answeredMs: block.answeredMs[i],
      lagMs: block.lagMs[i],
      status: block.status[i],
      tries: block.tries[i],
      failure: block.failure[i] === 0 ? null : result.sends.failures[block.failure[i] - 1],
    };
  });
}

/** [resident, sequence, text] in order of arrival. */
export function deliveriesOf(result: ObservedPart): [number, number, string][] {
  return result.deliveries.flatMap((block) =>
    Array.from({ length: block.count }, (_, i): [number, number, string] => [
      block.resident[i],
      block.sequence[i],
      result.frames[block.frame[i]].text,
    ]),
  );
}

/** The events of one resident's connections, each as `event code sequence`. */
export function eventsOf(lines: readonly ConnectionLine[], resident: number): string[] {
  return lines
    .filter((line) => line.resident === resident)
    .map(({ event, code, sequence, intended }) => `${event} ${code} ${sequence}${intended ? ' intended' : ''}`);
}
