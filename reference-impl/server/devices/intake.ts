/** What doorbells publish, whichever broker it came through: checked, then handed on. Never joined to CAD data. */
import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { civilToMs, parseIso } from '../../../contract/time.ts';
import {
  ClipSchema,
  HeartbeatSchema,
  MotionSchema,
  MQTT,
  type DeviceMessageKind,
  type Refusal,
} from '../../../contract/wire.ts';
import { numberOf } from '../auth.ts';
import { Refused, type Engine } from '../service-api.ts';
import type { Metrics } from '../metrics.ts';

export interface DeviceTopic {
  device: number;
  kind: DeviceMessageKind;
}

/** Whose message of which kind it is; null for any other topic. */
export function readTopic(topic: string): DeviceTopic | null {
  if (!topic.startsWith(MQTT.topicPrefix)) return null;
  const [id, kind, more] = topic.slice(MQTT.topicPrefix.length).split('/', 3);
  const device = numberOf(id);
  const known = MQTT.kinds.find((name) => name === kind);
  return device === null || known === undefined || more !== undefined ? null : { device, kind: known };
}

export interface Intake {
  /**
   * Resolves once the message is taken, which is counted: a motion when the pipeline had it (nothing of it is kept), a clip when it is on
   * disk, a heartbeat at once. Throws Refused: `invalid` and `too-large` for good, others of the engine that may pass.
   */
  take(topic: DeviceTopic, payload: Uint8Array): Promise<void>;
  /** Counts a message that was refused for good. */
  countRefused(kind: DeviceMessageKind, refusal: Refusal): void;
}

export function createIntake(engine: Engine, metrics: Metrics): Intake {
  return {
    async take({ device, kind }, payload) {
      const read = readPayload(kind, payload);
      if (kind === 'motion') await engine.submit({ kind: 'motion', doorbell: device }, null);
      if (kind === 'clip') {
        const { clipId, durationMs } = read.value as Static<typeof ClipSchema>;
        await engine.keepClip({ clipId, device, atMs: read.atMs, durationMs });
      }
      metrics.count('hundredblock_device_messages_total', { kind, outcome: 'taken' });
    },
    countRefused(kind, refusal) {
      metrics.count('hundredblock_device_messages_total', { kind, outcome: 'refused' });
      metrics.count('hundredblock_shed_total', { door: 'mqtt', reason: refusal });
    },
  };
}

// --- internal ---

const CHECKS: Record<DeviceMessageKind, { Check(value: unknown): boolean }> = {
  motion: Compile(MotionSchema as TSchema),
  clip: Compile(ClipSchema as TSchema),
  heartbeat: Compile(HeartbeatSchema as TSchema),
};

function readPayload(kind: DeviceMessageKind, payload: Uint8Array): { value: unknown; atMs: number } {
  if (payload.length > MQTT.payloadBytesMax)
    throw new Refused('too-large', `expected a payload of at most ${MQTT.payloadBytesMax} bytes, found a longer one`);
  const value = parseJson(payload);
  if (!CHECKS[kind].Check(value))
    throw new Refused('invalid', `expected a ${kind} as its schema says, found another payload`);
  const iso = parseIso((value as { at: string }).at);
  if (iso === null || iso.offsetMin !== 0)
    throw new Refused('invalid', 'at: expected an ISO 8601 time in UTC, found another text');
  return { value, atMs: civilToMs(iso.civil) };
}

function parseJson(payload: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString());
  } catch {
    throw new Refused('invalid', 'expected a payload of JSON, found another');
  }
}
