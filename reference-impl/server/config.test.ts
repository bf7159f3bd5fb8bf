import { describe, expect, it } from 'vitest';
import { environmentOf, flagOf, OPTIONS, resolveConfig, shownConfig, type Given, type Resolved } from './config.ts';

const resolve = (given: Partial<Given>) => resolveConfig({ flags: new Map(), environment: {}, file: null, ...given });
const accepted = (given: Partial<Given>): Resolved => {
  const resolved = resolve(given);
  if (Array.isArray(resolved)) throw new Error(resolved.map(({ text }) => text).join('; '));
  return resolved;
};

describe('precedence', () => {
  const flags = new Map([['port', '1']]);
  const environment = { HUNDREDBLOCK_PORT: '2', HUNDREDBLOCK_MQTT_PORT: '3', PATH: '/bin' };
  const file = { port: 4, mqttPort: 5, streamsMax: 6 };

  it('is flag, environment, file, default', () => {
    const { config, sources } = accepted({ flags, environment, file });
    expect([config.port, config.mqttPort, config.streamsMax, config.host]).toEqual([1, 3, 6, '127.0.0.1']);
    expect([sources.port, sources.mqttPort, sources.streamsMax, sources.host]).toEqual([
      'flag',
      'environment',
      'file',
      'default',
    ]);
  });

  it('is shown with the value, secrets hidden', () => {
    const harnessKey = 'CANARY-5550100-KEY';
    const mqtt = 'mqtt://serve:CANARY-5550101@127.0.0.1:1883';
    const shown = shownConfig(accepted({ environment: { HUNDREDBLOCK_HARNESS_KEY: harnessKey }, file: { mqtt } }));
    expect(shown.harnessKey).toEqual({ value: '(hidden)', from: 'environment' });
    expect(shown.mqtt).toEqual({ value: '(hidden)', from: 'file' });
    expect(JSON.stringify(shown)).not.toContain('CANARY');
    expect(shownConfig(accepted({})).harnessKey).toEqual({ value: null, from: 'default' });
  });
});

describe('what is wrong is said all at once', () => {
  it('names and values', () => {
    const problems = resolve({
      flags: new Map([
        ['port', '70000'],
        ['logLevel', 'loud'],
        ['streamsMax', '1e3'],
      ]),
      environment: { HUNDREDBLOCK_PROT: '1', HUNDREDBLOCK_DEBUG: '1', HUNDREDBLOCK_HARNESS_KEY: 'CANARY short' },
      file: { prot: 1, mqttPort: '1883' },
    }) as { code: string; text: string }[];
    expect(problems.map(({ code, text }) => `${code} ${text}`)).toEqual([
      'HB_OPTION_UNKNOWN unknown option "HUNDREDBLOCK_PROT" in the environment, did you mean HUNDREDBLOCK_PORT?',
      'HB_OPTION_UNKNOWN unknown option "prot" in the configuration file, did you mean port?',
      'HB_OPTION_VALUE --port: expected a whole number from 0 to 65535, found 70000',
      'HB_OPTION_VALUE mqttPort: expected a whole number from 0 to 65535, found "1883"',
      expect.stringMatching(
        /^HB_OPTION_VALUE HUNDREDBLOCK_HARNESS_KEY: expected .*, found something else \(not shown\)$/,
      ),
      'HB_OPTION_VALUE --log-level: expected one of debug, info, warn, error, silent, found "loud"',
      'HB_OPTION_VALUE --streams-max: expected a whole number from 1 to 1000000, found "1e3"',
    ]);
  });

  it.each([[[]], ['text'], [7]])('a file that holds %j', (file) => {
    expect(resolve({ file })).toEqual([
      expect.objectContaining({
        code: 'HB_OPTION_VALUE',
        text: expect.stringContaining('configuration file: expected an object'),
      }),
    ]);
  });

  it.each(['http://127.0.0.1', 'mqtt://', 'mqtt://a b', 'mqtt://127.0.0.1:1883/path'])('a broker at %s', (mqtt) => {
    expect(Array.isArray(resolve({ file: { mqtt } }))).toBe(true);
  });
});

it('has a default for each option that it would accept itself', () => {
  const file = Object.fromEntries(OPTIONS.map((spec) => [spec.name, spec.default]));
  expect(accepted({ file }).config).toEqual(accepted({}).config);
});

it('names each option once, in three ways', () => {
  const names = OPTIONS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect([flagOf('deviceMessagesPerSecondMax'), environmentOf('dataDir')]).toEqual([
    'device-messages-per-second-max',
    'HUNDREDBLOCK_DATA_DIR',
  ]);
});
