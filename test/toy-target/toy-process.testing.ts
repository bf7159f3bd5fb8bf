/** The toy target as a process of its own, for tests. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface ToyProcess {
  url: URL;
  harnessKey: string;
  /** Ends it, if it still runs. */
  stop(): Promise<void>;
  /** Lets it end by itself; the last line that it printed. */
  finish(): Promise<string>;
}

const PROGRAM = fileURLToPath(new URL('toy-target.js', import.meta.url));
const HARNESS_KEY = 'a key for the toy target';

/** Starts it on a free port; `sabotage` names the one rule that it breaks, or is empty. */
export async function startToy(sabotage = '', flags: readonly string[] = []): Promise<ToyProcess> {
  const child = spawn(process.execPath, [PROGRAM, '--harness-key', HARNESS_KEY, '--sabotage', sabotage, ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const closed = once(child, 'close');
  const line = await Promise.race([once(child.stdout, 'data'), ended.then(() => null)]);
  if (line === null) throw new Error('the toy target ended before it listened');
  let last = String(line[0]);
  child.stdout.on('data', (part: Buffer) => (last = part.toString()));
  const { listening } = JSON.parse(String(line[0])) as { listening: { http: string } };
  return {
    url: new URL(listening.http),
    harnessKey: HARNESS_KEY,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await ended;
    },
    async finish() {
      child.kill('SIGTERM');
      await closed;
      return last;
    },
  };
}
