/** The key under which an alert is known everywhere, and which tells a reader nothing. */
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/** The first 32 hex digits of HMAC-SHA-256(key: `runKey`, message: `<agency>\n<canonicalId>`), both UTF-8. */
export function alertKey(runKey: string, agency: string, canonicalId: string): string {
  return bytesToHex(hmac(sha256, utf8ToBytes(runKey), utf8ToBytes(`${agency}\n${canonicalId}`))).slice(0, 32);
}
