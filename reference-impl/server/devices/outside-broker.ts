/**
 * An MQTT broker of its own, such as Mosquitto, between devices and platform: the broker checks who a device is and keeps it to its own
 * topics (deploy/mosquitto), and this client fetches what was published. Its session stays at the broker while either side is down, and a
 * message is acknowledged once it is taken, so that none is lost on the way; one may come twice.
 */
import { connect, type IPublishPacket, type MqttClient } from 'mqtt';
import { setTimeout as sleep } from 'node:timers/promises';
import { MQTT } from '../../../contract/wire.ts';
import { Refused } from '../service-api.ts';
import { errorFields, type Log } from '../log.ts';
import { readTopic, type Intake } from './intake.ts';

export interface OutsideBroker {
  /** Connected, and subscribed to the devices' topics. */
  isReady(): boolean;
  close(): Promise<void>;
}

/** `url` holds the service's own name and password at the broker. Never throws: it tries again for as long as it is open. */
export function openOutsideBroker(url: string, intake: Intake, log: Log): OutsideBroker {
  let isReady = false;
  let isClosed = false;
  const client = connect(url, {
    clientId: CLIENT_ID,
    clean: false,
    protocolVersion: 4,
    keepalive: KEEPALIVE_S,
    connectTimeout: CONNECT_TIMEOUT_MS,
    reconnectPeriod: RETRY_MS_MIN,
    reconnectOnConnackError: true,
    resubscribe: false,
  });
  client.handleMessage = async (packet, acknowledge) => {
    if (await hold(packet, intake, log, () => isClosed)) acknowledge();
  };
  client.on('connect', () => {
    client.options.reconnectPeriod = RETRY_MS_MIN;
    subscribe(client, log, () => {
      isReady = true;
    });
  });
  client.on('close', () => {
    if (isReady) log.warn('broker-lost');
    isReady = false;
    client.options.reconnectPeriod = Math.min(RETRY_MS_MAX, (client.options.reconnectPeriod ?? RETRY_MS_MIN) * 2);
  });
  client.on('error', (error) => log.warn('broker-unreachable', errorFields(error)));
  return {
    isReady: () => isReady,
    async close() {
      isClosed = true;
      await client.endAsync(true);
    },
  };
}

// --- internal ---

/** The same after a restart, so that the broker knows whose session it is. One platform to a broker. */
const CLIENT_ID = 'hundredblock-serve';
const KEEPALIVE_S = 15;
const CONNECT_TIMEOUT_MS = 5000;
const RETRY_MS_MIN = 100;
const RETRY_MS_MAX = 5000;
const HELD_RETRY_MS = 200;
/** Refusals that pass: the message waits, and those behind it at the broker. */
const PASSING: readonly string[] = ['not-ready', 'overloaded', 'storage-failed'];

function subscribe(client: MqttClient, log: Log, onReady: () => void): void {
  client.subscribe(`${MQTT.topicPrefix}+/+`, { qos: 1 }, (error, granted) => {
    if (error !== null || granted?.some(({ qos }) => qos > 1)) log.error('broker-refuses-subscription');
    else {
      log.info('broker-ready');
      onReady();
    }
  });
}

/** Takes a message as soon as it can be taken; true where the broker may forget it. */
async function hold(packet: IPublishPacket, intake: Intake, log: Log, isClosed: () => boolean): Promise<boolean> {
  const topic = readTopic(packet.topic);
  // What was kept by the broker for whoever subscribes is nobody's message now.
  if (topic === null || packet.retain) return true;
  const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
  while (!isClosed()) {
    try {
      await intake.take(topic, payload);
      return true;
    } catch (error) {
      const refusal = error instanceof Refused ? error.refusal : 'internal';
      if (refusal === 'draining') return false;
      if (!PASSING.includes(refusal)) {
        if (refusal === 'internal') log.error('device-message-failed', errorFields(error));
        intake.countRefused(topic.kind, refusal);
        return true;
      }
      await sleep(HELD_RETRY_MS);
    }
  }
  return false;
}
