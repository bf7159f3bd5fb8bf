/** Reads what an MQTT 3.1.1 broker sends to a device that only publishes: CONNACK, PUBACK and PINGRESP, each a few bytes. */

export interface MqttHandlers {
  onConnack(code: number): void;
  onPuback(packetId: number): void;
}

export class MqttError extends Error {}

/** Takes all complete packets; gives back what is left, null at the border of packets. Throws MqttError on anything else. */
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

/** Length that follows the first two bytes, by the first. */
const LENGTHS: Readonly<Record<number, number>> = { [CONNACK]: 2, [PUBACK]: 2, [PINGRESP]: 0 };
