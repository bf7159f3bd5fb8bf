import { expect, it } from 'vitest';
import { DAY_MS } from '../contract/time.ts';
import { Secrets } from './secrets.ts';

function learned(): Secrets {
  const secrets = new Secrets();
  secrets.learn(
    'a',
    'r1',
    [
      { kind: 'name', value: 'Avery Quillfeather' },
      { kind: 'name', value: 'Avery' },
      { kind: 'canary', value: 'ZQABCDEFGHIJ' },
    ],
    0,
  );
  secrets.learn(
    'a',
    'r1 ',
    [
      { kind: 'address', value: '2800 BLOCK W MAPLE ST' },
      { kind: 'medical', value: 'insulin pump' },
    ],
    0,
  );
  secrets.learn('b', 'r1', [{ kind: 'name', value: 'Blake Oxendale' }], 0);
  return secrets;
}

it('finds the strings of the records behind a text, and of no other record', () => {
  const secrets = learned();
  const text = 'Avery Quillfeather and Blake Oxendale, insulin pump, 2800 BLOCK W MAPLE ST';
  expect(secrets.inRecords(text, 'a', ['r1'], '')).toEqual(['name', 'address', 'medical']);
  expect(secrets.inRecords(text, 'a', ['r1'], 'in the area of 2800 BLOCK W MAPLE ST')).toEqual(['name', 'medical']);
  expect(secrets.inRecords(text, 'a', ['r2'], '')).toEqual([]);
});

it('finds strings that tell a person in a text of unknown origin', () => {
  const secrets = learned();
  expect(secrets.inAgency('did AVERY QUILLFEATHER see it', 'a')).toEqual(['name']);
  expect(secrets.inAgency('avery has an insulin pump', 'a')).toEqual([]);
  expect(secrets.inAgency('did AVERY QUILLFEATHER see it', 'b')).toEqual([]);
  secrets.learn('b', 'r2', [{ kind: 'plate', value: 'SYN 4711' }], 0);
  expect(secrets.inAgency('plate syn4711', 'b')).toEqual(['plate']);
});

it.each([
  ['zq abc defghij is here', ['canary']],
  ['xxZQABCDEFGHIJxx', ['canary']],
  ['zqabcdefghi', []],
  ['call (000) 555 - 0199', ['phone']],
  ['call 555-0299', []],
  ['write to a.b@mail.example.com', ['email']],
  ['alerts@hundredblock.test', []],
  // The search must go through this text once, not once from each character.
  [`${'.'.repeat(200_000)}@example.org`, []],
])('finds strings that belong to anybody: %s', (text, kinds) => {
  expect(learned().inAnyText(text)).toEqual(kinds);
});

it('forgets strings, but never canaries', () => {
  const secrets = learned();
  expect(secrets.inAgency('Avery Quillfeather', 'a')).toEqual(['name']);
  secrets.learn('a', 'r9', [{ kind: 'plate', value: 'SYN 1' }], 3 * DAY_MS);
  expect(secrets.inRecords('Avery Quillfeather', 'a', ['r1'], '')).toEqual([]);
  expect(secrets.inAgency('Avery Quillfeather', 'a')).toEqual([]);
  expect(secrets.inAnyText('ZQABCDEFGHIJ')).toEqual(['canary']);
});
