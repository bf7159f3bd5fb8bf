/** A benchmark's other processes: each answers every message with one, over Node's own channel. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Child {
  readonly pid: number;
  /** Sends a message and resolves with the answer. Rejects where the process ends first. */
  ask<T>(message: unknown): Promise<T>;
  close(): Promise<void>;
}

export function startChild(file: URL): Child {
  const child = fork(fileURLToPath(file), {
    execArgv: ['--import', 'tsx', '--expose-gc'],
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  const stop = (): void => void child.kill('SIGKILL');
  process.once('exit', stop);
  return {
    pid: child.pid ?? 0,
    ask: (message) =>
      new Promise((resolve, reject) => {
        const ended = (): void => reject(new Error(`${file.pathname} ended`));
        child.once('exit', ended);
        child.once('message', (answer: { error?: string }) => {
          child.off('exit', ended);
          if (answer?.error === undefined) resolve(answer as never);
          else reject(new Error(answer.error));
        });
        child.send(message as object);
      }),
    close: () =>
      new Promise((resolve) => {
        process.off('exit', stop);
        child.once('exit', () => resolve());
        child.kill('SIGTERM');
      }),
  };
}

/** The child's side: `answer` is called with each message, one after another. */
export function serveParent<T>(answer: (message: T) => Promise<unknown>): void {
  process.on('message', (message: T) => {
    answer(message).then(
      (value) => process.send?.(value ?? {}),
      (error: unknown) => process.send?.({ error: String(error) }),
    );
  });
}
