/**
 * Credentials: they say who may speak for whom. Each follows from one secret that a platform is given at onboarding, so that neither side keeps a table of
 * them: base64url without padding (43 characters) of HMAC-SHA-256 with the secret as key and `<role>\n<id>` as message, both in UTF-8.
 */
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';

/**
 * The roles that a caller can have. `agency` pushes CAD messages, with the id of its profile; `resident` and `device` (a doorbell) have their number in decimal
 * as id; `newsroom` reviews tickets, with the id `newsroom`.
 */
export const ROLES = ['agency', 'resident', 'device', 'newsroom'] as const;
export type Role = (typeof ROLES)[number];

/** The secret that proves a role and an id: 43 characters of A-Z, a-z, 0-9, - and _. It is also a doorbell's MQTT password. */
export function credentialOf(secret: string, role: Role, id: string | number): string {
  return base64Url(hmac(sha256, utf8ToBytes(secret), utf8ToBytes(`${role}\n${id}`)));
}

/** The bearer token of a role and an id: `<role>.<id>.<credential>`. An id must not hold a full stop. */
export function tokenOf(secret: string, role: Role, id: string | number): string {
  return `${role}.${id}.${credentialOf(secret, role, id)}`;
}

// --- internal ---

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Without padding: 32 bytes make 43 characters. */
function base64Url(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const group = (bytes[i] << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    for (let shift = 18; shift >= 0; shift -= 6) text += DIGITS[(group >> shift) & 63];
  }
  return text.slice(0, Math.ceil((bytes.length * 8) / 6));
}
