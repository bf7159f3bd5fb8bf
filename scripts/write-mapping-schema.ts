/** Writes docs/mapping.schema.json, the published JSON Schema of mapping files. Run with `npx tsx scripts/write-mapping-schema.ts` when contract/mapping.ts changes. */
import { writeFileSync } from 'node:fs';
import { MappingSchema } from '../contract/mapping.ts';

writeFileSync(new URL('../docs/mapping.schema.json', import.meta.url), `${JSON.stringify(MappingSchema, null, 2)}\n`);
