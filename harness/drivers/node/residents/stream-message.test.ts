import { describe, expect, test } from 'vitest';
import { streamText } from '../../../../contract/wire.ts';
import { DeliveryLog } from './delivery-log.ts';
import { readMessage } from './stream-message.ts';

function read(text: string) {
  // Other bytes around it, as in a read buffer.
  const bytes = Buffer.from(`}}${text}{{`);
  const message = readMessage(bytes, 2, bytes.length - 2);
  return message?.kind === 'message'
    ? {
        ...message,
        bytes: undefined,
        start: 0,
        end: 0,
        body: message.bytes.toString('utf8', message.start, message.end),
      }
    : message;
}

describe('messages of the stream', () => {
  test.each([
    [12, 'alert', '{"identifier":"é.1"}'],
    [0, 'post', '{"postId":"p","text":"}"}'],
    [Number.MAX_SAFE_INTEGER, 'alert', '[]'],
  ] as const)('%i %s is read by its bytes, its body unchanged', (sequence, type, body) => {
    expect(read(streamText(sequence, type, body))).toMatchObject({ kind: 'message', sequence, type, body });
  });

  test('one in another order of keys is read too', () => {
    expect(read('{ "type": "alert", "message": {"a": 1}, "sequence": 3 }')).toMatchObject({
      sequence: 3,
      type: 'alert',
      body: '{"a":1}',
    });
  });

  test('hello and gap', () => {
    expect(read('{"type":"hello","lastSequence":7}')).toEqual({ kind: 'hello', lastSequence: 7 });
    expect(read('{"type":"gap","upTo":9}')).toEqual({ kind: 'gap', upTo: 9 });
  });

  test.each([
    '',
    'null',
    '{',
    '{"type":"hello"}',
    '{"sequence":-1,"type":"alert","message":{}}',
    '{"sequence":1.5,"type":"alert","message":{}}',
    '{"sequence":1,"type":"other","message":{}}',
    '{"sequence":1,"type":"alert"}',
  ])('%s is nothing', (text) => {
    expect(read(text)).toBeNull();
  });
});

describe('the log of deliveries', () => {
  const body = (n: number): Buffer => Buffer.from(`{"identifier":"${n}","text":"${'x'.repeat(300)}"}`);

  test('keeps each text once, whatever hashes alike, and each delivery', () => {
    const log = new DeliveryLog(1_000_000);
    // These differ only behind what is hashed.
    const alike = ['a', 'b'].map((end) => Buffer.from('y'.repeat(200) + end));
    for (let round = 0; round < 100; round += 1)
      for (const [i, bytes] of [body(1), body(2), ...alike].entries())
        log.add(i, round + 1, i === 3 ? 'post' : 'alert', bytes, 0, bytes.length, 1000 + round);
    // The same text is another frame where it has another type.
    log.add(9, 1, 'post', body(1), 0, body(1).length, 5);
    expect(log.frames().map(({ type, text }) => [type, text])).toEqual([
      ['alert', body(1).toString()],
      ['alert', body(2).toString()],
      ['alert', alike[0].toString()],
      ['post', alike[1].toString()],
      ['post', body(1).toString()],
    ]);
    const [block] = log.blocks;
    expect(block.count).toBe(401);
    expect([block.resident[7], block.sequence[7], block.frame[7], block.wallMs[7]]).toEqual([3, 2, 3, 1001]);
  });

  test('counts what is beyond its bound', () => {
    const log = new DeliveryLog(3);
    for (let i = 1; i <= 5; i += 1) log.add(1, i, 'alert', body(1), 0, body(1).length, i);
    expect([log.count, log.dropped]).toEqual([3, 2]);
  });
});
