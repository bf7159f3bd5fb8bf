/**
 * A 53-bit hash of texts, to tell rows apart in bounded memory: among a million differing texts, some two have the same hash with a chance of 1 in 18,000.
 * Two 32-bit lanes mixed by multiplication, in the manner of MurmurHash3's finaliser (A. Appleby, public domain).
 */
export function hashTexts(parts: Iterable<string>): number {
  let a = 0x9e3779b9;
  let b = 0x85ebca6b;
  for (const part of parts) {
    for (let i = 0; i < part.length; i++) {
      const code = part.charCodeAt(i);
      a = Math.imul(a ^ code, 0x85ebca77);
      b = Math.imul(b ^ code, 0xc2b2ae3d);
    }
    // No character makes this boundary, so that ['ab', 'c'] and ['a', 'bc'] differ.
    a = Math.imul(a ^ 0x10000, 0x27d4eb2f);
    b = Math.imul(b ^ 0x10001, 0x165667b1);
    a ^= a >>> 15;
    b ^= b >>> 13;
  }
  a = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35);
  b = Math.imul(b ^ (b >>> 16), 0x85ebca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  return (b >>> 11) * 0x1_0000_0000 + (a >>> 0);
}
