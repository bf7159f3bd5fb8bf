/** Doorbells alone: MQTT over WebSocket, each message at QoS 1. */
import { DOORBELLS } from './doorbells.ts';
import { createScript } from './script.ts';

const script = createScript({ name: 'devices', kinds: [], subscribers: false, doorbells: DOORBELLS });

export const { options, setup, handleSummary, holdDoorbells } = script;
