import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  CLOSE_CODES,
  ClipSchema,
  deviceTopic,
  HeartbeatSchema,
  MotionSchema,
  MQTT,
  PATHS,
  STREAM_PROTOCOL,
  STREAM_TOKEN_PREFIX,
  streamText,
} from '../../contract/wire.ts';
import { MQTT_WEB_SOCKET_PATH } from './devices/devices.ts';

const text = readFileSync(new URL('../../docs/asyncapi.json', import.meta.url), 'utf8');
const document = JSON.parse(text);

/** What a JSON pointer of the document leads to. */
function at(pointer: string): unknown {
  return pointer
    .slice(2)
    .split('/')
    .reduce((value: unknown, name) => (value as Record<string, unknown>)?.[name], document);
}

describe('docs/asyncapi.json', () => {
  it('refers to what is there', () => {
    const pointers = [...text.matchAll(/"\$ref": "([^"]+)"/g)].map(([, pointer]) => pointer);
    expect(pointers.length).toBeGreaterThan(15);
    expect(pointers.filter((pointer) => at(pointer) === undefined)).toEqual([]);
  });

  it('has the paths, protocols and close codes of the contract', () => {
    expect(document.channels.stream.address).toBe(PATHS.stream);
    expect(document.servers.mqttWebSocket.pathname).toBe(MQTT_WEB_SOCKET_PATH);
    const codes = Object.keys(document.channels.stream['x-close-codes']).map(Number);
    expect(codes.sort()).toEqual(Object.values(CLOSE_CODES).sort());
    expect(text).toContain(`${STREAM_PROTOCOL}, ${STREAM_TOKEN_PREFIX}<token>`);
  });

  it('has the topics and payloads of the contract', () => {
    const schemas = { motion: MotionSchema, clip: ClipSchema, heartbeat: HeartbeatSchema };
    for (const kind of MQTT.kinds) {
      expect(document.channels[kind].address.replace('{device}', '7')).toBe(deviceTopic(7, kind));
      const { properties, required, additionalProperties } = document.components.messages[kind].payload;
      const schema = JSON.parse(JSON.stringify(schemas[kind]));
      expect([Object.keys(properties), required.sort(), additionalProperties]).toEqual([
        Object.keys(schema.properties),
        schema.required.sort(),
        false,
      ]);
      for (const [name, property] of Object.entries(schema.properties))
        expect(properties[name]).toMatchObject(property as object);
    }
    expect(text).toContain(`${MQTT.payloadBytesMax.toLocaleString('en-US')} bytes`);
  });

  it('has the stream messages of the contract', () => {
    for (const type of ['alert', 'post'] as const) {
      const { payload } = document.components.messages[type];
      expect(payload.required).toEqual(Object.keys(JSON.parse(streamText(1, type, '{}'))));
      expect(payload.properties.type.const).toBe(type);
    }
    expect(document.components.messages.hello.payload.required).toEqual(['type', 'lastSequence']);
    expect(document.components.messages.gap.payload.required).toEqual(['type', 'upTo']);
  });
});
