/** The parts of k6's scripts that need no k6: options, messages, MQTT bytes. */
import { generate } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { REFUSALS } from '../../../contract/wire.ts';
import { sentAt } from './scripts/alert-time.ts';
import { publishBytes } from './scripts/publish-bytes.ts';
import { owns, segmentOf } from './scripts/segment.ts';
import { readSettings } from './scripts/settings.ts';
import { REFUSAL_OF_STATUS, refusalOf } from './scripts/wire.ts';

const GIVEN = {
  HUNDREDBLOCK_TRACE: '/traces/rush/',
  HUNDREDBLOCK_TARGET: 'http://127.0.0.1:8080/',
  HUNDREDBLOCK_HARNESS_KEY: 'synthetic-key-of-a-test',
};

describe('options', () => {
  it('have defaults, and the broker stands behind the target', () => {
    expect(readSettings(GIVEN)).toMatchObject({
      traceDir: '/traces/rush',
      target: 'http://127.0.0.1:8080',
      mqttUrl: 'ws://127.0.0.1:8080/mqtt',
      speed: null,
      arrivals: 'ordered',
      spike: { from: 0.4, share: 0.2, factor: 10 },
    });
  });

  it('take folders from where the command is given', () => {
    const settings = readSettings({ ...GIVEN, PWD: '/somewhere', HUNDREDBLOCK_TRACE: 'traces/rush' });
    expect(settings.traceDir).toBe('/somewhere/traces/rush');
  });

  it.each([
    [{ HUNDREDBLOCK_TRACE: undefined }, 'HUNDREDBLOCK_TRACE: expected a folder, found none'],
    [{ HUNDREDBLOCK_TRACE: 'rush' }, 'HUNDREDBLOCK_TRACE: expected an absolute path, found "rush"'],
    [{ HUNDREDBLOCK_TARGET: 'http://example.com' }, 'HUNDREDBLOCK_TARGET: expected a URL of this machine'],
    [{ HUNDREDBLOCK_TARGET: 'http://127.0.0.1.example.com' }, 'expected a URL of this machine'],
    [{ HUNDREDBLOCK_MQTT_WS: 'mqtt://127.0.0.1:1883' }, 'HUNDREDBLOCK_MQTT_WS: expected off, or a URL of this machine'],
    [{ HUNDREDBLOCK_HARNESS_KEY: undefined }, 'HUNDREDBLOCK_HARNESS_KEY: expected the key of the harness doors'],
    [{ HUNDREDBLOCK_SPEED: 'fast' }, 'HUNDREDBLOCK_SPEED: expected a number from 0.001 to 10000, found "fast"'],
    [{ HUNDREDBLOCK_DURATION: '5' }, 'HUNDREDBLOCK_DURATION: expected a time such as 30s, 10m or 2h, found "5"'],
    [
      { HUNDREDBLOCK_ARRIVALS: 'closed' },
      'HUNDREDBLOCK_ARRIVALS: expected ordered or constant or ramping, found "closed"',
    ],
    [{ HUNDREDBLOCK_SPIKE: '0.9,0.2,10' }, 'HUNDREDBLOCK_SPIKE: expected FROM,SHARE,FACTOR'],
    [{ HUNDREDBLOCK_PORTALS: 'x' }, 'HUNDREDBLOCK_PORTALS: expected JSON'],
  ])('say what is wrong with %j', (changes, text) => {
    expect(() => readSettings({ ...GIVEN, ...changes })).toThrow(text);
  });

  it('never repeat a key', () => {
    expect(() => readSettings({ ...GIVEN, HUNDREDBLOCK_HARNESS_KEY: 'too short' })).toThrow(/found something else$/);
  });
});

describe('when an alert was sent', () => {
  const sentMs = Date.UTC(2026, 5, 7, 1, 15, 0, 500);

  it.each([
    ['{"identifier":"a","sent":"2026-06-07T01:15:00.500Z","text":"é, }"}', sentMs],
    ['{"sent":"2026-06-06T19:15:00.500-06:00"}', sentMs],
    ['{"sent":"some other day"}', null],
    ['{"identifier":"a"}', null],
    ['', null],
  ])('is read from its text: %s', (text, expected) => {
    expect(sentAt(text)).toBe(expected);
    // The one looked at before is remembered.
    expect(sentAt(text)).toBe(expected);
  });
});

describe('a publication', () => {
  it.each([
    ['a/b', '{}', 1, false],
    ['hundredblock/v1/devices/1048576/motion', '{"at":"2026-06-07T01:15:00.500Z"}', 65_535, true],
    ['hundredblock/v1/devices/5/clip', JSON.stringify({ clipId: 'c'.repeat(64), at: 'x'.repeat(300) }), 300, false],
  ])('is the packet that mqtt-packet makes: %s', (topic, payload, messageId, dup) => {
    const expected = generate({ cmd: 'publish', topic, payload, qos: 1, messageId, dup, retain: false });
    expect(Buffer.from(publishBytes(topic, payload, messageId, dup))).toEqual(expected);
  });
});

describe('segments', () => {
  it.each([
    ['halves', ['0:1/2', '1/2:1']],
    ['quarters', ['0:1/4', '1/4:1/2', '1/2:3/4', '3/4:1']],
    ['unequal parts', ['0:1/3', '1/3:1/2', '1/2:9/10', '9/10:1']],
    ['the whole', ['0:1']],
  ])('are %s: each number belongs to exactly one', (_what, texts) => {
    const segments = texts.map(segmentOf);
    // Agencies are numbered from 0, residents from 0 in each agency's range.
    const numbers = Array.from({ length: 500 }, (_, i) => (i < 250 ? i : 1_048_576 + i));
    for (const number of numbers) expect(segments.filter((segment) => owns(segment, number))).toHaveLength(1);
    for (const segment of segments) {
      const share = numbers.filter((number) => owns(segment, number)).length / numbers.length;
      expect(Math.abs(share - (segment.until - segment.from))).toBeLessThan(0.02);
    }
    expect(segments[0].from).toBe(0);
    expect(segments.at(-1)!.until).toBe(1);
  });
});

describe('statuses', () => {
  it('lead to names of refusals that have them', () => {
    for (const [status, name] of Object.entries(REFUSAL_OF_STATUS)) expect(REFUSALS[name], name).toBe(Number(status));
    expect([403, 418, 599].map(refusalOf)).toEqual(['forbidden', 'invalid', 'internal']);
  });
});
