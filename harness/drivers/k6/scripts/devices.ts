/** Doorbells alone: MQTT over WebSocket, each message at QoS 1. */
import { doorbellScenario, holdDoorbells as hold } from './doorbells.ts';
import type { Launch } from './launch.ts';
import { scriptOf } from './script.ts';

const script = scriptOf({ name: 'devices', kinds: [], subscribers: false, doorbells: doorbellScenario });

export const { options, setup, handleSummary } = script;

export async function holdDoorbells(launch: Launch): Promise<void> {
  await hold(script.settings, script.trace, launch, script.arrivals.copies);
}
