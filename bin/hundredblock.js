#!/usr/bin/env node
import { bundleState, load } from './bundle.js';

const bundle = bundleState();
if (bundle !== 'current') tell(bundle);
const { main } = await load('harness/cli/main.ts', bundle === 'current');
await main(process.argv.slice(2));

/**
 * Says once that the start takes longer than it has to: a process that this one starts inherits the variable, and says nothing. The variable is none of
 * HUNDREDBLOCK_*, because a service of another version refuses those that it does not know.
 * @param {'stale' | 'absent'} state
 */
function tell(state) {
  if (process.env.HB_SOURCE_NOTICE === 'off') return;
  process.env.HB_SOURCE_NOTICE = 'off';
  const why = state === 'stale' ? 'dist/ is older than the sources' : 'there is no dist/';
  // A service's stderr is its log, one JSON value a line.
  const line =
    process.argv[2] === 'serve'
      ? JSON.stringify({ level: 'warn', time: new Date().toISOString(), code: `bundle-${state}` })
      : `hundredblock: ${why}, so the sources run, which start more slowly; npm run build makes it`;
  process.stderr.write(`${line}\n`);
}
