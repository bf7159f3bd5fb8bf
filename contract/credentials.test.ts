import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { credentialOf, ROLES, tokenOf } from './credentials.ts';

const SECRET = 'a secret of sixteen or more';

describe('credentials', () => {
  it.each(ROLES)("are what any language's HMAC gives (%s)", (role) => {
    for (const id of ['pd-000', 'newsroom', 0, 1_048_577]) {
      const expected = createHmac('sha256', SECRET).update(`${role}\n${id}`).digest('base64url');
      expect(credentialOf(SECRET, role, id)).toBe(expected);
      expect(expected).toHaveLength(43);
    }
  });

  it('differ by role, id and secret', () => {
    const all = [
      credentialOf(SECRET, 'agency', '7'),
      credentialOf(SECRET, 'resident', '7'),
      credentialOf(SECRET, 'device', '7'),
      credentialOf(SECRET, 'resident', '8'),
      credentialOf(`${SECRET}!`, 'resident', '7'),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  it('stand third in a bearer token', () => {
    expect(tokenOf(SECRET, 'agency', 'pd-000').split('.')).toEqual([
      'agency',
      'pd-000',
      credentialOf(SECRET, 'agency', 'pd-000'),
    ]);
  });
});
