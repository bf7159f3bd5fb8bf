/** Writes the dashboards and rules: `npm run dashboards`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generatedFiles } from '../dashboards/generated.ts';

for (const [name, text] of generatedFiles()) {
  const path = fileURLToPath(new URL(`../dashboards/${name}`, import.meta.url));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
