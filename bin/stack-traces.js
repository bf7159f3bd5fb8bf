// Stack traces of the bundle name the TypeScript files. A source map is read when a trace first needs it: Node's own --enable-source-maps reads
// each as its file is loaded, which takes a thread as long as all else that it loads.
import { readFileSync } from 'node:fs';

/** From now on, `stack` of an error in this thread names lines of the sources. */
export function nameSources() {
  Error.prepareStackTrace = (error, frames) =>
    [heading(error), ...frames.map((frame) => `    at ${describe(frame)}`)].join('\n');
}

// --- internal ---

/** Maps by the URL of the file that they belong to; null if it has none. */
const maps = new Map();

/** @param {Error} error */
function heading(error) {
  try {
    return String(error);
  } catch {
    return 'Error';
  }
}

/** @param {NodeJS.CallSite} frame */
function describe(frame) {
  const text = String(frame);
  const url = frame.getFileName();
  const [line, column] = [frame.getLineNumber(), frame.getColumnNumber()];
  if (url === null || url === undefined || line === null || column === null) return text;
  const entry = mapOf(url)?.findEntry(line - 1, column - 1);
  if (entry?.originalSource === undefined) return text;
  return text.replace(
    `${url}:${line}:${column}`,
    `${new URL(entry.originalSource, url).href}:${entry.originalLine + 1}:${entry.originalColumn + 1}`,
  );
}

/** @param {string} url */
function mapOf(url) {
  if (!maps.has(url)) maps.set(url, readMap(url));
  return maps.get(url);
}

/** @param {string} url */
function readMap(url) {
  try {
    const { SourceMap } = process.getBuiltinModule('node:module');
    return new SourceMap(JSON.parse(readFileSync(new URL(`${url}.map`), 'utf8')));
  } catch {
    return null;
  }
}
