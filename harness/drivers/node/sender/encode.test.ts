import { parser, type Packet } from 'mqtt-packet';
import { describe, expect, test } from 'vitest';
import { CATEGORIES } from '../../../../contract/catalogue.ts';
import { tokenOf } from '../../../../contract/credentials.ts';
import type { Onboarding } from '../../../../contract/onboarding.ts';
import type { TraceInput } from '../../../../contract/trace.ts';
import { createEncoder } from './encode.ts';

const SECRET = 'a secret of a synthetic town';
const encoder = createEncoder(
  { credentialSecret: SECRET, agencies: [{ id: 'pd-000' }, { id: 'pd-001' }] } as Onboarding,
  { host: '127.0.0.1', port: 80 },
  (resident) => resident === 6,
);
const encode = (input: TraceInput) => encoder.encode(3, input);
const textOf = (input: TraceInput): string[] => encode(input).items.map(({ bytes }) => Buffer.from(bytes).toString());

describe('inputs as bytes', () => {
  test('a CAD message, with its body unchanged', () => {
    const body = 'a\r\né';
    const input = { atMs: 5, kind: 'cad', agency: 'pd-001', dialect: 'seattle', messageId: 'm-1', body } as const;
    expect(encode(input)).toMatchObject({ role: 'sender', items: [{ line: 3, atMs: 5, who: 1 }] });
    expect(textOf(input)).toEqual([
      `POST /v1/agencies/pd-001/cad HTTP/1.1\r\nHost: 127.0.0.1:80\r\nAuthorization: Bearer ${tokenOf(SECRET, 'agency', 'pd-001')}\r\n` +
        'Content-Type: text/csv\r\nidempotency-key: m-1\r\nhundredblock-dialect: seattle\r\nContent-Length: 5\r\n\r\na\r\né',
    ]);
  });

  test('a change of wishes, as requests in order on one connection', () => {
    const change = { resident: 9, radiusDm: 8047, categories: 0b101, muted: false, quit: true };
    const { items } = encode({ atMs: 5, kind: 'preference', change });
    const requests = items.map(({ bytes }) => Buffer.from(bytes).toString());
    expect(requests.map((text) => text.slice(0, text.indexOf(' HTTP')))).toEqual([
      'PATCH /v1/me/preferences',
      'DELETE /v1/me/mute',
      'DELETE /v1/me',
    ]);
    expect(requests[0]).toContain(
      `\r\n\r\n${JSON.stringify({ radiusM: 804.7, categories: [CATEGORIES[0], CATEGORIES[2]] })}`,
    );
    expect(items.map(({ extra }) => extra)).toEqual([2, 1, 0]);
    expect(new Set(items.map(({ who }) => who)).size).toBe(1);
    expect(items[0].who).toBeGreaterThanOrEqual(2);
    expect(items[0].who).toBeLessThan(encoder.connections);
  });

  test('a post, and a decision of the news team', () => {
    const [post] = textOf({ atMs: 5, kind: 'post', postId: 'p-1', resident: 4, text: 'seen "it"' });
    expect(post).toMatch(/^POST \/v1\/me\/posts HTTP.*idempotency-key: p-1\r\n.*\{"text":"seen \\"it\\""\}$/s);
    const [review] = textOf({ atMs: 5, kind: 'review', ticket: 'a/b c', decision: 'approve' });
    expect(review).toMatch(/^POST \/v1\/newsroom\/tickets\/a%2Fb%20c\/decision HTTP.*\{"decision":"approve"\}$/s);
  });

  test("doorbells' messages, with the place of their packet id", () => {
    const inputs: TraceInput[] = [
      { atMs: 1000, kind: 'motion', doorbell: 7 },
      { atMs: 1000, kind: 'clip', doorbell: 7, clipId: 'c-1', durationMs: 5000 },
      { atMs: 1000, kind: 'heartbeat', doorbell: 7, batteryPercent: 80 },
    ];
    const packets: Packet[] = [];
    const reader = parser();
    reader.on('packet', (packet) => packets.push(packet));
    for (const input of inputs) {
      const [{ bytes, extra }] = encode(input).items;
      bytes[extra] = 0x12;
      bytes[extra + 1] = 0x34;
      reader.parse(Buffer.from(bytes));
    }
    const at = '1970-01-01T00:00:01.000Z';
    expect(
      packets.map((packet) => packet.cmd === 'publish' && [packet.topic, JSON.parse(String(packet.payload))]),
    ).toEqual([
      ['hundredblock/v1/devices/7/motion', { at }],
      ['hundredblock/v1/devices/7/clip', { clipId: 'c-1', at, durationMs: 5000 }],
      ['hundredblock/v1/devices/7/heartbeat', { at, batteryPercent: 80 }],
    ]);
    const expected = { messageId: 0x1234, qos: 1, retain: false, dup: false };
    expect(packets).toMatchObject([expected, expected, expected]);
  });

  test('connections, marked if they read slowly', () => {
    expect(encode({ atMs: 1, kind: 'connect', resident: 6 })).toMatchObject({
      role: 'residents',
      items: [{ who: 6, extra: 1 }],
    });
    expect(encode({ atMs: 1, kind: 'connect', resident: 7 })).toMatchObject({ items: [{ who: 7, extra: 0 }] });
    expect(encode({ atMs: 1, kind: 'detach', doorbell: 7 })).toMatchObject({ role: 'doorbells', items: [{ who: 7 }] });
  });

  test.each([
    [{ atMs: 1, kind: 'post', postId: 'a\r\nX: y', resident: 1, text: 't' }, 'visible ASCII'],
    [
      { atMs: 1, kind: 'cad', agency: 'nobody', dialect: 'sf', messageId: 'm', body: '' },
      'an agency of the onboarding',
    ],
    [{ atMs: 1, kind: 'preference', change: { resident: 1 } }, 'a change of preferences'],
  ] as [TraceInput, string][])('%j can not be sent', (input, expected) => {
    expect(() => encode(input)).toThrow(
      expect.objectContaining({ code: 'HB_TRACE', message: expect.stringContaining(`line 4: expected`) }),
    );
    expect(() => encode(input)).toThrow(expected);
  });
});
