/** Cuts off a connection that announces an MQTT packet longer than allowed: the parser behind it would hold all of it until its end. */
import type { Duplex } from 'node:stream';

/** Looks at all that is read from `stream`; on too long a packet calls `onTooLong` and destroys it. */
export function guardPackets(stream: Duplex, bytesMax: number, onTooLong: () => void): void {
  const isWithin = packetLengths(bytesMax);
  const read = stream.read.bind(stream);
  stream.read = (size?: number): unknown => {
    const chunk = read(size) as Buffer | null;
    if (chunk === null || isWithin(chunk)) return chunk;
    onTooLong();
    stream.destroy();
    return null;
  };
}

// --- internal ---

/** Follows the packets of one connection (MQTT 3.1.1, 2.2: type byte, length in 7-bit groups, rest); false once one is too long. */
function packetLengths(bytesMax: number): (chunk: Uint8Array) => boolean {
  let state: 'type' | 'length' | 'rest' = 'type';
  let length = 0;
  let factor = 1;
  return (chunk) => {
    for (let i = 0; i < chunk.length;) {
      if (state === 'rest') {
        const step = Math.min(length, chunk.length - i);
        i += step;
        length -= step;
      } else if (state === 'type') {
        i++;
        state = 'length';
        length = 0;
        factor = 1;
      } else {
        const group = chunk[i++];
        length += (group & 0x7f) * factor;
        factor *= 128;
        if (length > bytesMax || factor > 128 ** 4) return false;
        if ((group & 0x80) === 0) state = 'rest';
      }
      if (state === 'rest' && length === 0) state = 'type';
    }
    return true;
  };
}
