/**
 * The long proof, `npm run validate`: every published case at several times the size that the tests take, with plain intervals (no control variates); the
 * feedback loop; how often intervals hold the truth; and the simulated city's file beside a real one, where that is at hand. Writes docs/model/validation.md and ends with 1
 * where a case is not covered. `npm run validate -- coverage` (cases, loop, face): that part alone, on the terminal, without writing anything.
 */
import { writeFileSync } from 'node:fs';
import { casesSection } from '../harness/studies/verification/sections/cases.ts';
import { coverageSection } from '../harness/studies/verification/sections/coverage.ts';
import { faceSection } from '../harness/studies/verification/sections/face.ts';
import { loopSection } from '../harness/studies/verification/sections/loop.ts';
import type { Section } from '../harness/studies/verification/sections/section.ts';
import { wrapMarkdown } from './wrap-markdown.ts';

const SECTIONS: Readonly<Record<string, () => Section | Promise<Section>>> = {
  cases: casesSection,
  loop: loopSection,
  coverage: coverageSection,
  face: faceSection,
};

const [wanted] = process.argv.slice(2);
if (wanted !== undefined && !Object.hasOwn(SECTIONS, wanted))
  throw new RangeError(`validate: expected one of ${Object.keys(SECTIONS).join(', ')}, found ${wanted}`);
const names = wanted === undefined ? Object.keys(SECTIONS) : [wanted];
const lines = [
  '# Validation',
  '',
  'Written by `npm run validate`. The simulation is compared with results that others published, with what theory',
  "says of its own statistics, and with a real agency's file. The tests do the same with smaller runs, whose",
  'intervals are sharpened by control variates.',
];
let failed = 0;
for (const name of names) {
  const section = await SECTIONS[name]();
  failed += section.failed;
  lines.push('', ...section.lines);
}
if (wanted === undefined)
  writeFileSync(new URL('../docs/model/validation.md', import.meta.url), wrapMarkdown(`${lines.join('\n')}\n`));
else process.stdout.write(wrapMarkdown(`${lines.slice(5).join('\n')}\n`));
process.stdout.write(failed === 0 ? 'everything is covered\n' : `${failed} values are not covered\n`);
process.exitCode = failed === 0 ? 0 : 1;
