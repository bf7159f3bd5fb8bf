/**
 * Sends a trace with k6: starts the target if asked to, hosts the portals, runs harness/drivers/k6/scripts/city.ts as a child, and leaves
 * the same files as our own driver.
 */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { WebSocket } from 'ws';
import { HundredblockError } from '../../../contract/errors.ts';
import { openTrace } from '../../trace/read.ts';
import { LIMITS, type Drive } from '../driver-api.ts';
import { endpointOrigin, loopbackEndpoint } from '../target/loopback.ts';
import { startTarget } from '../target/target-process.ts';
import { findK6 } from './binary.ts';
import { K6Run } from './k6-run.ts';

const ANSWER_MS = 5000;

/**
 * Differs from our own driver in the options that k6 has no use for: `live`, `residentThreads`, and the limits except `startMsMax`,
 * `deliveriesMax` and `triesMax`. Throws HB_TOOL too, if there is no k6 that is recent enough, and HB_OPTION_VALUE on a closed loop.
 */
export const driveWithK6: Drive = async (options) => {
  if (options.live !== undefined)
    throw new HundredblockError('HB_OPTION_VALUE', 'the k6 driver: expected a whole trace, found a closed loop');
  const k6 = findK6();
  const trace = await openTrace(options.traceDir);
  const outDir = resolve(options.outDir);
  mkdirSync(outDir, { recursive: true });
  const { target } = options;
  if (target.kind === 'url') {
    const http = await loopbackEndpoint(target.url, 'http');
    if (target.mqttUrl !== null) await loopbackEndpoint(target.mqttUrl, 'mqtt');
    const url = endpointOrigin(http);
    const mqttWebSocket = target.mqttUrl === null ? null : await findMqttWebSocket(url);
    const { harnessKey, onboarded } = target;
    const driven = { name: target.url, url, mqttWebSocket, harnessKey, onboarded, pid: null };
    return new K6Run({ options, outDir, trace, k6, target: driven, started: null }).run();
  }
  const started = await startTarget({
    dataDir: target.dataDir,
    args: target.args,
    logPath: join(outDir, 'target.log'),
    timeoutMs: options.limits?.startMsMax ?? LIMITS.startMsMax,
    signal: options.signal,
  });
  try {
    const { url, pid, mqttUrl, harnessKey } = started;
    const mqttWebSocket = mqttUrl === null ? null : await findMqttWebSocket(url);
    const driven = { name: 'self', url, mqttWebSocket, harnessKey, onboarded: false, pid };
    return await new K6Run({ options, outDir, trace, k6, target: driven, started }).run();
  } finally {
    await started.stop();
  }
};

// --- internal ---

/** URL at which the target's broker takes WebSocket connections; null if it does not, like Debian's mosquitto. */
function findMqttWebSocket(origin: string): Promise<string | null> {
  const url = `${origin.replace(/^http/, 'ws')}/mqtt`;
  return new Promise((settle) => {
    const socket = new WebSocket(url, 'mqtt', { handshakeTimeout: ANSWER_MS });
    socket.once('open', () => {
      socket.terminate();
      settle(url);
    });
    socket.once('error', () => settle(null));
  });
}
