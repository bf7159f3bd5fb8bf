/** MQTT ingest: doorbells' messages acknowledged a second at QoS 1, against aedes as it comes. */
import { formatIso } from '../../contract/time.ts';
import type { BenchRow } from '../table.ts';
import { startChild } from './child.ts';
import type { DevicesRequest } from './devices.child.ts';
import { startBenchService } from './service.ts';

const CONNECTIONS = 50;
const MESSAGES = 30_000;

export default async function run(): Promise<BenchRow[]> {
  const service = await startBenchService(0);
  const bare = startChild(new URL('./bare-broker.child.ts', import.meta.url));
  const devices = startChild(new URL('./devices.child.ts', import.meta.url));
  try {
    const { port } = await bare.ask<{ port: number }>({ kind: 'start' });
    const payload = JSON.stringify({ at: formatIso(service.town.nowMs(), 0, true) });
    const perSecond = async (of: number, messages: number): Promise<number> => {
      const { elapsedMs } = await devices.ask<{ elapsedMs: number }>({
        kind: 'run',
        port: of,
        secret: service.secret,
        connections: CONNECTIONS,
        messages,
        payload,
      } satisfies DevicesRequest);
      return (1000 * messages) / elapsedMs;
    };
    await perSecond(service.mqttPort, MESSAGES / 10);
    await perSecond(port, MESSAGES / 10);
    const value = await perSecond(service.mqttPort, MESSAGES);
    const base = await perSecond(port, MESSAGES);
    const name = `MQTT ingest, ${CONNECTIONS} doorbells at QoS 1`;
    return [{ name, unit: 'messages/s', value, base, baseName: 'bare aedes', ratio: value / base }];
  } finally {
    await devices.close();
    await bare.close();
    await service.stop();
  }
}
