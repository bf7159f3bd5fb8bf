/** The mappings that docs/guides/mapping.md shows, for tests: what the page says must work. */
import { readFileSync } from 'node:fs';
import type { Mapping } from '../../contract/mapping.ts';

/** Whole mappings by name, in the order of the page. */
export function docMappings(): Record<string, Mapping> {
  return Object.fromEntries(blocks('mapping').map((m) => [(m as unknown as Mapping).name, m as unknown as Mapping]));
}

/** Parts that go in place of the same fields of a mapping. */
export function docParts(): Record<string, unknown>[] {
  return blocks('part');
}

// --- internal ---

function blocks(kind: 'mapping' | 'part'): Record<string, unknown>[] {
  const page = readFileSync(new URL('../../docs/guides/mapping.md', import.meta.url), 'utf8');
  return [...page.matchAll(new RegExp(`^\`\`\`json ${kind}\\n(.*?)\`\`\`$`, 'gms'))].map(
    (m) => JSON.parse(m[1]) as Record<string, unknown>,
  );
}
