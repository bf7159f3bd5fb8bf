/** Writes docs/reference/commands.md. Run with `npm run commands-doc` when a command in harness/cli/commands changes. */
import { writeFileSync } from 'node:fs';
import { commandsDoc } from '../harness/cli/commands-doc.ts';

writeFileSync(new URL('../docs/reference/commands.md', import.meta.url), commandsDoc());
