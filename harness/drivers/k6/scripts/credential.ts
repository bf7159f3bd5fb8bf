/** Credentials by the scheme of contract/credentials.ts, with k6's own HMAC: one in JavaScript would take k6 a hundred times as long. */
import crypto from 'k6/crypto';
import type { Role } from '../../../../contract/credentials.ts';

/** The secret half of a credential. */
export function credentialOf(secret: string, role: Role, id: string | number): string {
  return crypto.hmac('sha256', secret, `${role}\n${id}`, 'base64rawurl');
}

/** A bearer token: `<role>.<id>.<credential>`. */
export function tokenOf(secret: string, role: Role, id: string | number): string {
  return `${role}.${id}.${credentialOf(secret, role, id)}`;
}
