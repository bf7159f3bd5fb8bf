import { describe, expect, it } from 'vitest';
import { credentialOf, ROLES, tokenOf } from '../../contract/credentials.ts';
import { bearerOf, createAuthenticator, isSameSecret, numberOf } from './auth.ts';

const SECRET = 'a secret of sixteen or more';

describe('credentials', () => {
  it('are those of the contract, for every role', () => {
    const auth = createAuthenticator(() => SECRET);
    for (const role of ROLES)
      for (const id of ['pd-000', '0', '4294967295', 'newsroom']) {
        expect(auth.check(role, id, credentialOf(SECRET, role, id))).toBe(true);
        // The second time it is known.
        expect(auth.identify(tokenOf(SECRET, role, id))).toEqual({ role, id });
      }
  });

  it('are refused where anything differs', () => {
    const auth = createAuthenticator(() => SECRET);
    const token = tokenOf(SECRET, 'resident', 12);
    expect(auth.identify(token)).not.toBeNull();
    const wrong = [
      '',
      '.',
      '..',
      'resident.12.',
      token.slice(0, -1),
      `${token}A`,
      `${token}.`,
      ` ${token}`,
      token.replace('resident', 'device'),
      token.replace('resident', 'constructor'),
      token.replace('.12.', '.13.'),
      token.replace('.12.', '.012.'),
      `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`,
      `${token.slice(0, -1)}é`,
      tokenOf(`${SECRET}!`, 'resident', 12),
      'x'.repeat(1_000_000),
    ];
    for (const text of wrong) expect(auth.identify(text), text.slice(0, 80)).toBeNull();
  });

  it('follow the secret in force, and let nobody in without one', () => {
    let secret: string | null = null;
    const auth = createAuthenticator(() => secret);
    expect(auth.identify(tokenOf(SECRET, 'resident', 1))).toBeNull();
    secret = SECRET;
    expect(auth.identify(tokenOf(SECRET, 'resident', 1))).not.toBeNull();
    secret = 'another secret of this length';
    expect(auth.identify(tokenOf(SECRET, 'resident', 1))).toBeNull();
    expect(auth.identify(tokenOf(secret, 'resident', 1))).not.toBeNull();
  });
});

describe('what stands around a credential', () => {
  it('reads a bearer token, and nothing else', () => {
    expect(bearerOf('Bearer a.b.c')).toBe('a.b.c');
    expect(bearerOf('bearer a.b.c')).toBe('a.b.c');
    for (const header of [undefined, '', 'Bearer', 'Basic abc', 'a.b.c']) expect(bearerOf(header)).toBeNull();
  });

  it('compares secrets of any lengths', () => {
    expect(isSameSecret('abc', 'abc')).toBe(true);
    for (const [a, b] of [
      ['abc', 'abd'],
      ['', 'abc'],
      ['abc', 'abcd'],
    ])
      expect(isSameSecret(a, b)).toBe(false);
  });

  it('reads a number only as it is written', () => {
    expect(numberOf('0')).toBe(0);
    expect(numberOf('4294967295')).toBe(4_294_967_295);
    for (const text of ['', '-1', '01', '1.0', '1e3', ' 1', '4294967296', '99999999999', 'NaN'])
      expect(numberOf(text)).toBeNull();
  });
});
