import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { streamText } from '../../../contract/wire.ts';
import { messageInBytes, messageInText } from './stream-message.ts';

/** By its bytes, with other bytes around it as in a read buffer; null unless it is in the form that is read in place. */
function inPlace(text: string) {
  const bytes = Buffer.from(`}}${text}{{`);
  const message = messageInBytes(bytes, 2, bytes.length - 2);
  if (message === null) return null;
  const { kind, sequence, type, start, end } = message;
  return { kind, sequence, type, text: bytes.toString('utf8', start, end) };
}

describe('messages of the stream', () => {
  it.each([
    [12, 'alert', '{"identifier":"é.1","sent":"2026-06-07T01:15:00.500Z","text":"é, }"}'],
    [0, 'post', '{"postId":"p","text":"}"}'],
    [999_999_999_999_999, 'alert', '[]'],
  ] as const)('%i %s is read in place, its body unchanged', (sequence, type, text) => {
    const message = { kind: 'message', sequence, type, text };
    expect(inPlace(streamText(sequence, type, text))).toEqual(message);
    expect(messageInText(streamText(sequence, type, text))).toEqual(message);
  });

  it('one whose number is as long as can be is read too, by parsing it', () => {
    const text = streamText(Number.MAX_SAFE_INTEGER, 'alert', '[]');
    expect(inPlace(text)).toBeNull();
    expect(messageInText(text)).toMatchObject({ sequence: Number.MAX_SAFE_INTEGER, text: '[]' });
  });

  it('one in another order of keys, or spaced otherwise, is read too', () => {
    const text = '{ "type": "alert", "message": {"a": 1}, "sequence": 3 }';
    expect(inPlace(text)).toBeNull();
    expect(messageInText(text)).toEqual({ kind: 'message', sequence: 3, type: 'alert', text: '{"a":1}' });
  });

  it('hello and gap', () => {
    expect(messageInText('{"type":"hello","lastSequence":7}')).toEqual({ kind: 'hello', lastSequence: 7 });
    expect(messageInText('{"type":"gap","upTo":9}')).toEqual({ kind: 'gap', upTo: 9 });
  });

  it.each([
    '',
    'no JSON',
    'null',
    '{',
    '{"sequence":1}',
    '{"sequence":,"type":"alert","message":{}}',
    '{"sequence":0x1,"type":"alert","message":{}}',
    '{"type":"hello"}',
    '{"sequence":-1,"type":"alert","message":{}}',
    '{"sequence":1.5,"type":"alert","message":{}}',
    '{"sequence":1,"type":"other","message":{}}',
    '{"sequence":1,"type":"alert"}',
  ])('%s is nothing of the contract', (text) => {
    expect(inPlace(text)).toBeNull();
    expect(messageInText(text)).toBeNull();
  });

  it('what is read in place by its bytes is read the same as text', () => {
    const body = fc.oneof(fc.json(), fc.string({ size: 'medium' }));
    const type = fc.constantFrom('alert' as const, 'post' as const);
    const text = fc
      .tuple(fc.maxSafeNat(), type, body, fc.nat(60), fc.constantFrom('', ' ', ',', '}', '0'))
      .map(([sequence, kind, json, at, extra]) => {
        const whole = streamText(sequence, kind, json);
        return extra === '' ? whole : whole.slice(0, at) + extra + whole.slice(at);
      });
    fc.assert(
      fc.property(text, (one) => {
        const read = inPlace(one);
        expect(read === null ? null : messageInText(one)).toEqual(read);
      }),
      { numRuns: 2000 },
    );
  });
});
