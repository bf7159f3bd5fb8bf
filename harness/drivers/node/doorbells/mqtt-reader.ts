/** Reads the packets that an MQTT 3.1.1 broker sends to a device that only publishes: CONNACK, PUBACK and PINGRESP, each a few bytes. */

/** Hears of the broker's packets. */
export interface MqttHandlers {
  onConnack(code: number): void;
  onPuback(packetId: number): void;
}

/** The broker sent a packet that no device asked for. */
export class MqttError extends Error {}

/** Reads all complete packets. Answers the bytes that are left over; null if there are none. Throws MqttError on any other packet. */
export function readPackets(rest: Buffer | null, bytes: Buffer, handlers: MqttHandlers): Buffer | null {
  const all = rest === null ? bytes : Buffer.concat([rest, bytes]);
  let at = 0;
  while (all.length - at >= 2) {
    const type = all[at];
    const length = all[at + 1];
    const expected = LENGTHS[type];
    if (expected === undefined || length !== expected) throw new MqttError('a packet that no device asked for');
    if (all.length - at < 2 + length) break;
    if (type === CONNACK) handlers.onConnack(all[at + 3]);
    else if (type === PUBACK) handlers.onPuback(all.readUInt16BE(at + 2));
    at += 2 + length;
  }
  return at === all.length ? null : Buffer.from(all.subarray(at));
}

// --- internal ---

const CONNACK = 0x20;
const PUBACK = 0x40;
const PINGRESP = 0xd0;

/** Length of the rest of a packet, by its first byte. */
const LENGTHS: Readonly<Record<number, number>> = { [CONNACK]: 2, [PUBACK]: 2, [PINGRESP]: 0 };
