/** Checks of doorbells on MQTT: each may publish below its own topic, and may subscribe to nothing. */
import { connectAsync, type MqttClient } from 'mqtt';
import { credentialOf } from '../../../contract/credentials.ts';
import { formatIso } from '../../../contract/time.ts';
import { deviceTopic, MQTT } from '../../../contract/wire.ts';
import type { CheckGroup } from '../check.ts';
import { LeftOut, must } from '../outcome.ts';
import { isBarrier, NEAR, type TestTown } from '../test-town.ts';

export const deviceChecks: CheckGroup = {
  name: 'devices',
  checks: [
    {
      name: 'credentials',
      says: 'without a credential, or with a wrong one, a device is refused',
      async run(town) {
        const refusals = [
          await refusal(attach(town, DEVICE, null)),
          await refusal(attach(town, DEVICE, 'A'.repeat(43))),
          await refusal(attach(town, DEVICE, credentialOf(town.document.credentialSecret, 'device', OTHER))),
          await refusal(attach(town, DEVICE, credentialOf(town.document.credentialSecret, 'resident', DEVICE))),
        ];
        must(!refusals.includes(null), `${refusals.filter((one) => one === null).length} of 4 let in`);
        return `4 of 4 refused`;
      },
    },
    {
      name: 'own',
      says: 'what it publishes below its own topic is acknowledged, and never shows in an alert',
      async run(town) {
        const listener = await town.listen(NEAR);
        const device = await attach(town, DEVICE);
        const at = formatIso(town.nowMs());
        const { canary } = town.target;
        await device.publishAsync(deviceTopic(DEVICE, 'motion'), JSON.stringify({ at }), { qos: 1 });
        const clip = { clipId: canary, at, durationMs: 20_000 };
        await device.publishAsync(deviceTopic(DEVICE, 'clip'), JSON.stringify(clip), { qos: 1 });
        const beat = { at, batteryPercent: 80 };
        await device.publishAsync(deviceTopic(DEVICE, 'heartbeat'), JSON.stringify(beat), { qos: 1 });
        await town.settle(listener);
        await device.endAsync(true);
        must(
          listener.frames.every(({ text }) => isBarrier(text)),
          'something was published',
        );
        return 'motion, clip and heartbeat acknowledged';
      },
    },
    {
      name: 'other',
      says: "another device's topic is refused",
      run: (town) => mustNotAcknowledge(town, deviceTopic(OTHER, 'motion'), motion(town)),
    },
    {
      name: 'retained',
      says: 'a retained message is refused',
      run: (town) => mustNotAcknowledge(town, deviceTopic(DEVICE, 'motion'), motion(town), true),
    },
    {
      name: 'payload',
      says: `more than ${MQTT.payloadBytesMax} bytes are refused`,
      run: (town) =>
        mustNotAcknowledge(town, deviceTopic(DEVICE, 'motion'), motion(town).padEnd(MQTT.payloadBytesMax + 1, ' ')),
    },
    {
      name: 'subscribe',
      says: 'it may subscribe to nothing, and receives nothing',
      async run(town) {
        const spy = await attach(town, DEVICE);
        let received = 0;
        spy.on('message', () => received++);
        const granted = await within(spy.subscribeAsync('#', { qos: 1 })).then(
          (grants) => grants !== null && grants.some(({ qos }) => qos < REFUSED_CODE_MIN),
          () => false,
        );
        const device = await attach(town, OTHER);
        await device.publishAsync(deviceTopic(OTHER, 'motion'), motion(town), { qos: 1 });
        await device.endAsync(true);
        await spy.endAsync(true);
        must(!granted && received === 0, `${granted ? 'granted' : 'refused'}, ${received} messages received`);
        return 'refused, 0 messages received';
      },
    },
  ],
};

// --- internal ---

const DEVICE = 31;
const OTHER = 32;
const REFUSED_CODE_MIN = 128;
const WAIT_MS = 3000;

/** Connects a doorbell. Throws LeftOut if no broker was given. */
function attach(town: TestTown, device: number, password?: string | null): Promise<MqttClient> {
  if (town.target.mqtt === null) throw new LeftOut('no --mqtt given');
  const right = credentialOf(town.document.credentialSecret, 'device', device);
  return connectAsync(town.target.mqtt, {
    clientId: `conform-${device}-${town.key()}`,
    ...(password === null ? {} : { username: String(device), password: password ?? right }),
    reconnectPeriod: 0,
    connectTimeout: 2 * WAIT_MS,
    protocolVersion: 4,
  }).then((client) => {
    // A refused message may end the connection: that is an answer, not a failure here.
    client.on('error', () => {});
    return client;
  });
}

/** The error of an attempt to connect; null if it succeeded. */
async function refusal(attempt: Promise<MqttClient>): Promise<unknown> {
  try {
    const client = await attempt;
    await client.endAsync(true);
    return null;
  } catch (error) {
    return error;
  }
}

function motion(town: TestTown): string {
  return JSON.stringify({ at: formatIso(town.nowMs()) });
}

async function mustNotAcknowledge(town: TestTown, topic: string, payload: string, retain = false): Promise<string> {
  const device = await attach(town, DEVICE);
  let ended = false;
  device.on('close', () => {
    ended = true;
  });
  const acknowledged = await within(device.publishAsync(topic, payload, { qos: 1, retain })).then(
    (packet) => packet !== null,
    () => false,
  );
  await device.endAsync(true).catch(() => {});
  must(!acknowledged, 'acknowledged');
  return ended ? 'not acknowledged, connection ended' : 'not acknowledged';
}

/** The promise's value, or null if it does not come within WAIT_MS. */
async function within<T>(promise: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), WAIT_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
