/**
 * A process that takes the scripted inputs, to be killed: `engine-child.testing.ts DATA_DIR FROM UNTIL`. It hands them in in order, a
 * few at a time, and prints `ack N` for each that is on disk and `refused N CODE` for each that is not; those it tries again.
 */
import { writeSync } from 'node:fs';
import { Refused } from '../service-api.ts';
import {
  openTestEngine,
  SCRIPTED_LIMITS,
  scriptedInput,
  scriptedKey,
  scriptedMs,
  testDocument,
} from './engine.testing.ts';

const [dataDir, from, until] = process.argv.slice(2);
const AT_ONCE = 8;
const RETRY_MS = 20;

// Where the limit of a file's size is reached, the write is to fail and the process to live.
process.on('SIGXFSZ', () => {});
process.on('uncaughtException', (error) => {
  say(`error ${error.name} ${(error as { reason?: string }).reason ?? ''} ${error.message}`);
  process.exit(1);
});

let next = Number(from);
const { engine, logLines } = openTestEngine(dataDir, { wallMs: () => scriptedMs(next), limits: SCRIPTED_LIMITS });
if (engine.phase === 'waiting') {
  await engine.setClock({ originWallMs: 0, originMs: 0, speed: 1 });
  await engine.onboard(testDocument());
}
say(`open ${logLines.map(({ code }) => code).join(' ')}`);
while (next < Number(until)) {
  const first = next;
  const answers: Promise<boolean>[] = [];
  for (; next < Math.min(first + AT_ONCE, Number(until)); next++) answers.push(submit(next));
  const refused = (await Promise.all(answers)).indexOf(false);
  if (refused < 0) continue;
  next = first + refused;
  await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
}
await engine.close();
say('done');

/** At once, so that a killed process has said all that it had to; waits where the reader is slow. */
function say(line: string): void {
  for (;;)
    try {
      writeSync(1, `${line}\n`);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
}

/** True once it is on disk. */
async function submit(i: number): Promise<boolean> {
  try {
    await engine.submit(scriptedInput(i), scriptedKey(i));
    say(`ack ${i}`);
    return true;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    say(`refused ${i} ${error.refusal}`);
    return false;
  }
}
