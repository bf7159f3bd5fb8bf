/** A progress bar on stderr around a piece of work. */
import { createProgress } from '../report/progress.ts';

/** `fraction` of the whole, 0 to 1; `text` says what is going on. */
export type OnProgress = (fraction: number, text: string) => void;

/** Runs `work` and clears the bar when it ends, well or not. With `quiet` nothing is drawn. */
export async function withProgress<T>(
  label: string,
  quiet: boolean,
  work: (onProgress: OnProgress) => T | Promise<T>,
): Promise<T> {
  const progress = createProgress({ stream: process.stderr, label, quiet });
  try {
    return await work((fraction, text) => progress.update(fraction, text));
  } finally {
    progress.end();
  }
}
