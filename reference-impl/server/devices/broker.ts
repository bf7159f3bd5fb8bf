/**
 * The embedded MQTT broker: a door, not a hub. Devices publish to the platform and to nobody else; there are no subscriptions, no
 * retained messages and no wills. A PUBLISH that is refused ends the connection, which is all that MQTT 3.1.1 has to say no with; a
 * PUBACK means that the message is taken (see Intake).
 */
import { Aedes, type AedesOptions, type AuthenticateError, type Client, type PublishPacket } from 'aedes';
import type { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { numberOf, type Authenticator } from '../auth.ts';
import { Refused, type Engine } from '../service-api.ts';
import { createBuckets, type Buckets } from '../http/buckets.ts';
import { errorFields, type Log } from '../log.ts';
import type { AuthFailure, Metrics } from '../metrics.ts';
import { readTopic, type DeviceTopic, type Intake } from './intake.ts';
import { guardPackets } from './packet-guard.ts';

export interface BrokerOptions {
  engine: Engine;
  authenticator: Authenticator;
  metrics: Metrics;
  log: Log;
  intake: Intake;
  limits: { devicesMax: number; deviceMessagesPerSecondMax: number };
}

export interface Broker {
  /** Whether one more connection is welcome. */
  hasRoom(): boolean;
  /** Speaks MQTT on a fresh connection. */
  take(connection: Duplex): void;
  close(): Promise<void>;
}

export async function openBroker(options: BrokerOptions): Promise<Broker> {
  const { engine, metrics, log, limits } = options;
  const connections = new Set<Duplex>();
  const aedes = await Aedes.createBroker(handlers(options));
  (aedes as EventEmitter).on('error', (error) => log.error('broker-failed', errorFields(error)));
  // Devices' credentials follow from the onboarding.
  engine.onReset(() => connections.forEach((connection) => connection.destroy()));

  function count(): void {
    metrics.set('hundredblock_device_connections', {}, connections.size);
  }

  return {
    hasRoom: () => connections.size < limits.devicesMax,
    take(connection) {
      connections.add(connection);
      count();
      connection.once('close', () => {
        connections.delete(connection);
        count();
      });
      guardPackets(connection, PACKET_BYTES_MAX, () =>
        metrics.count('hundredblock_shed_total', { door: 'mqtt', reason: 'too-large' }),
      );
      aedes.handle(connection);
    },
    async close() {
      await new Promise<void>((resolve) => aedes.close(resolve));
      for (const connection of connections) connection.destroy();
    },
  };
}

// --- internal ---

/** A message with the longest topic and payload, and a CONNECT with the longest credential, are shorter. */
const PACKET_BYTES_MAX = 4096;
const CONNECT_TIMEOUT_MS = 10_000;
const DRAIN_TIMEOUT_MS = 10_000;
const KEEPALIVE_S_MAX = 3600;
/** Packets held before the CONNECT is answered. */
const PACKETS_BEFORE_CONNECTED_MAX = 16;
const BURST_SECONDS = 10;
/** Return codes of CONNACK (MQTT 3.1.1, 3.2.2.3). */
const UNAVAILABLE = 3;
const BAD_CREDENTIAL = 4;
const NOT_AUTHORIZED = 5;

/** What is known of a connected device. */
interface Session {
  device: number;
  /** The messages before the next one; it never rejects. A device's messages are taken one after the other. */
  line: Promise<unknown>;
}

function handlers(options: BrokerOptions): AedesOptions {
  const { engine, authenticator, metrics, limits } = options;
  const withWill = new WeakSet<Client>();
  const sessions = new WeakMap<Client, Session>();
  const perSecond = limits.deviceMessagesPerSecondMax;
  const buckets = createBuckets(perSecond, perSecond * BURST_SECONDS, limits.devicesMax);

  function refuse(returnCode: number, reason: AuthFailure): AuthenticateError {
    metrics.count('hundredblock_auth_failures_total', { door: 'mqtt', reason });
    return Object.assign(new Error(reason), { returnCode }) as AuthenticateError;
  }

  return {
    connectTimeout: CONNECT_TIMEOUT_MS,
    drainTimeout: DRAIN_TIMEOUT_MS,
    keepaliveLimit: KEEPALIVE_S_MAX,
    queueLimit: PACKETS_BEFORE_CONNECTED_MAX,
    preConnect(client, packet, done) {
      if (packet.will !== undefined) withWill.add(client);
      done(null, true);
    },
    authenticate(client, username, password, done) {
      if (engine.phase !== 'serving') {
        done(Object.assign(new Error('not ready'), { returnCode: UNAVAILABLE }) as AuthenticateError, null);
        return;
      }
      const device = numberOf(username ?? '');
      if (device === null || password === undefined) done(refuse(BAD_CREDENTIAL, 'missing'), null);
      else if (!authenticator.check('device', String(device), password.toString()))
        done(refuse(BAD_CREDENTIAL, 'wrong'), null);
      else if (withWill.has(client)) done(refuse(NOT_AUTHORIZED, 'role'), null);
      else {
        sessions.set(client, { device, line: Promise.resolve() });
        // One connection a device, whatever client ids it makes up: none can push another's off, and the latest replaces the one before.
        client.id = `device-${device}`;
        done(null, true);
      }
    },
    authorizePublish(client, packet, answer) {
      const session = client === null ? undefined : sessions.get(client);
      const topic = readTopic(packet.topic);
      if (client === null || session === undefined || topic?.device !== session.device) {
        // Later, so that what was taken before is acknowledged before the connection ends.
        setImmediate(answer, refuse(NOT_AUTHORIZED, 'other'));
        return;
      }
      session.line = session.line
        .then(() => takeInTurn(client, topic, packet, buckets, options.intake))
        .then(
          () => answer(),
          (error: Error) => {
            countRefusal(options, topic, error);
            setImmediate(answer, error);
          },
        );
    },
    authorizeSubscribe(_client, _subscription, done) {
      done(null, null);
    },
    authorizeForward: () => null,
  };
}

/** A device that sends more than it may waits: nothing more is read from it meanwhile. */
async function takeInTurn(
  client: Client,
  topic: DeviceTopic,
  packet: PublishPacket,
  buckets: Buckets,
  intake: Intake,
): Promise<void> {
  if (packet.retain) throw new Refused('invalid', 'expected a message that is not retained, found one that is');
  if (packet.qos === 2) throw new Refused('invalid', 'expected QoS 0 or 1, found 2');
  const key = String(topic.device);
  for (let waitMs = buckets.take(key, performance.now()); waitMs > 0; waitMs = buckets.take(key, performance.now())) {
    await sleep(waitMs, undefined, { ref: false });
    if (client.closed) throw new Refused('rate-limited', 'expected the device to wait, found that it left');
  }
  await intake.take(topic, bytesOf(packet));
}

function countRefusal({ intake, log }: BrokerOptions, { kind }: DeviceTopic, error: Error): void {
  intake.countRefused(kind, error instanceof Refused ? error.refusal : 'internal');
  if (!(error instanceof Refused)) log.error('device-message-failed', errorFields(error));
}

function bytesOf({ payload }: PublishPacket): Uint8Array {
  return typeof payload === 'string' ? Buffer.from(payload) : payload;
}
