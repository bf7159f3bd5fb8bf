#!/usr/bin/env node
// Plain JavaScript: it teaches Node to load the TypeScript that everything else is written in.
// `tsconfig: false`, because the folder a user happens to stand in must not change how this program is read.
import { register } from 'tsx/esm/api';

register({ tsconfig: false });
const { main } = await import('../harness/cli/main.ts');
await main(process.argv.slice(2));
