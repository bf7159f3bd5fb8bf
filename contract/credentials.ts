/**
 * Who may speak for whom. Every credential follows from one secret that a platform is given at onboarding, so that neither side
 * keeps a table of them: the first 43 characters of base64url of HMAC-SHA-256(key: the secret, message: `<role>\n<id>`), both UTF-8.
 */
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';

/**
 * `agency`: pushes CAD messages, id as in its profile; `resident`: id in decimal; `device`: a doorbell, id in decimal;
 * `newsroom`: reviews and decides, id `newsroom`.
 */
export const ROLES = ['agency', 'resident', 'device', 'newsroom'] as const;
export type Role = (typeof ROLES)[number];

/** The secret half of a credential: 43 characters of A-Z, a-z, 0-9, - and _. */
export function credentialOf(secret: string, role: Role, id: string | number): string {
  return base64Url(hmac(sha256, utf8ToBytes(secret), utf8ToBytes(`${role}\n${id}`)));
}

/** A bearer token: `<role>.<id>.<credential>`. Ids hold no full stop. */
export function tokenOf(secret: string, role: Role, id: string | number): string {
  return `${role}.${id}.${credentialOf(secret, role, id)}`;
}

// --- internal ---

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** 32 bytes without padding: 43 digits. */
function base64Url(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const group = (bytes[i] << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    for (let shift = 18; shift >= 0; shift -= 6) text += DIGITS[(group >> shift) & 63];
  }
  return text.slice(0, Math.ceil((bytes.length * 8) / 6));
}
