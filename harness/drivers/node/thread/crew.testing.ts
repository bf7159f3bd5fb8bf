/** Crews in the test's own thread, against a stand-in. */
import type { PlatformClock } from '../../../../contract/clock.ts';
import type { ConnectionLine } from '../../../../contract/trace.ts';
import { CLOSE_CODES, PATHS, REFUSALS } from '../../../../contract/wire.ts';
import { ChunkBuilder, type Chunk, type Item } from './chunk.ts';
import type { CrewResult, CrewRole, CrewSetup } from './crew-contract.ts';
import { placeOf } from './send-log.ts';
import type { StandIn } from '../../target/stand-in.testing.ts';
import { measureWallOffset } from '../wall.ts';

export const SECRET = 'a secret of a synthetic town';

export function setupFor(role: CrewRole, standIn: StandIn, more: Partial<CrewSetup> = {}): CrewSetup {
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
    lines: 1,
    portals: [],
    part: 0,
    parts: 1,
    slowBytesPerSecond: 1000,
    tells: false,
    ...more,
  };
}

export function chunkOf(items: (Partial<Item> & Pick<Item, 'kind' | 'who'>)[]): Chunk {
  const builder = new ChunkBuilder();
  for (const [line, item] of items.entries())
    builder.add({ line, atMs: 0, extra: 0, bytes: new Uint8Array(0), ...item });
  return builder.take() as Chunk;
}

/** Platform ms 0 is now, at real speed. */
export function clockNow(): PlatformClock {
  return { originWallMs: Date.now(), originMs: 0, speed: 1 };
}

export function sendsOf(result: CrewResult) {
  return Array.from({ length: result.sends.count }, (_, record) => {
    const { block, i } = placeOf(result.sends, record);
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
export function deliveriesOf(result: CrewResult): [number, number, string][] {
  return result.deliveries.flatMap((block) =>
    Array.from({ length: block.count }, (_, i): [number, number, string] => [
      block.resident[i],
      block.sequence[i],
      result.frames[block.frame[i]].text,
    ]),
  );
}

export function eventsOf(lines: readonly ConnectionLine[], resident: number): string[] {
  return lines
    .filter((line) => line.resident === resident)
    .map(({ event, code, sequence, intended }) => `${event} ${code} ${sequence}${intended ? ' intended' : ''}`);
}
