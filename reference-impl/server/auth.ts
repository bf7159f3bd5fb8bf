/** Who a credential speaks for: the check behind every door, stream and broker. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { ROLES, type Role } from '../../contract/credentials.ts';

export interface Identity {
  role: Role;
  /** Agency id, resident or device id in decimal, or `newsroom`. */
  id: string;
}

export interface Authenticator {
  /** Whom a bearer token `<role>.<id>.<credential>` speaks for; null where it is not a valid one. */
  identify(token: string): Identity | null;
  /** Whether `credential` is that of this role and id. */
  check(role: Role, id: string, credential: string): boolean;
}

/** `secretOf`: the secret that all credentials follow from (contract/credentials.ts), null while there is none; then nobody is let in. */
export function createAuthenticator(secretOf: () => string | null): Authenticator {
  let secret: string | null = null;
  // Filled by valid credentials only: guesses can't push others out.
  const expectedByName = new Map<string, Buffer>();

  function check(role: Role, id: string, credential: string): boolean {
    if (secretOf() !== secret) {
      secret = secretOf();
      expectedByName.clear();
    }
    if (secret === null) return false;
    const name = `${role}\n${id}`;
    const known = expectedByName.get(name);
    const expected = known ?? digestOf(secret, name);
    const given = Buffer.from(credential);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return false;
    if (known === undefined) remember(expectedByName, name, expected);
    return true;
  }

  return {
    check,
    identify(token) {
      const parts = token.length > TOKEN_LENGTH_MAX ? [] : token.split('.');
      if (parts.length !== 3) return null;
      const [role, id, credential] = parts;
      return isRole(role) && check(role, id, credential) ? { role, id } : null;
    },
  };
}

/** The token of an `Authorization` header; null where there is none of the scheme Bearer. */
export function bearerOf(authorization: string | undefined): string | null {
  if (authorization === undefined || authorization.slice(0, 7).toLowerCase() !== 'bearer ') return null;
  return authorization.slice(7);
}

/** Compares a secret in time that tells nothing of it but whether it is equal. */
export function isSameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(digestOf('compare', given), digestOf('compare', expected));
}

/** A resident's or device's number: decimal, as `String` writes it, below 2^32; null for anything else. */
export function numberOf(id: string): number | null {
  return /^(0|[1-9][0-9]{0,9})$/.test(id) && Number(id) <= 0xffff_ffff ? Number(id) : null;
}

// --- internal ---

/** The longest token is about 130 characters. */
const TOKEN_LENGTH_MAX = 256;
const CREDENTIALS_KEPT = 100_000;

function isRole(text: string): text is Role {
  return (ROLES as readonly string[]).includes(text);
}

function digestOf(secret: string, name: string): Buffer {
  return Buffer.from(createHmac('sha256', secret).update(name).digest('base64url'));
}

/** Forgets the one known longest. It costs a hash to learn it again. */
function remember(expectedByName: Map<string, Buffer>, name: string, expected: Buffer): void {
  if (expectedByName.size >= CREDENTIALS_KEPT) expectedByName.delete(expectedByName.keys().next().value as string);
  expectedByName.set(name, expected);
}
