/** `hundredblock serve`: reads the options, starts the service and waits for the signal that ends it. */
import { readFileSync, statSync } from 'node:fs';
import { EXIT, HundredblockError } from '../../contract/errors.ts';
import { OPTIONS, flagOf, resolveConfig, shownConfig, type Resolved } from '../../reference-impl/server/config.ts';
import type { Service } from '../../reference-impl/server/serve.ts';
import { nearest } from '../options/nearest.ts';
import { valueOf, type Args } from './args.ts';
import { write } from './write.ts';

const CONFIG_FILE_BYTES_MAX = 1_000_000;

/**
 * Serves until `signal` aborts. Prints one line of JSON on stdout once every door is open:
 * `{"listening": {"http": URL, "mqtt": URL | null, "mqttWebSocket": URL | null}, "pid": N}`; logs go to stderr.
 * Throws HB_OPTION_UNKNOWN, HB_OPTION_VALUE, HB_USAGE, HB_SERVE.
 */
export async function serve(args: Args, signal: AbortSignal): Promise<number> {
  const resolved = optionsOf(args);
  if (args.switches.has('print-config')) {
    await write(process.stdout, `${JSON.stringify(shownConfig(resolved), null, 2)}\n`);
    return EXIT.done;
  }
  // A file size limit is a full disk, which the service answers; the signal's default would end it.
  process.on('SIGXFSZ', () => {});
  const { startService } = await import('../../reference-impl/server/serve.ts');
  const service = await startService(resolved.config);
  await write(process.stdout, `${JSON.stringify({ listening: service.listening, pid: process.pid })}\n`);
  await Promise.race([aborted(signal), crashed(service)]);
  await service.stop();
  return EXIT.done;
}

// --- internal ---

function optionsOf(args: Args): Resolved {
  const path = valueOf(args, 'config');
  const given = OPTIONS.flatMap(({ name }) => {
    const value = valueOf(args, flagOf(name));
    return value === undefined ? [] : [[name, value] as const];
  });
  const resolved = resolveConfig({
    flags: new Map<string, string>(given),
    environment: process.env,
    file: path === undefined ? null : readConfigFile(path),
    nearest,
  });
  if (!Array.isArray(resolved)) return resolved;
  const code = resolved.some((problem) => problem.code === 'HB_OPTION_UNKNOWN')
    ? 'HB_OPTION_UNKNOWN'
    : 'HB_OPTION_VALUE';
  throw new HundredblockError(code, resolved.map((problem) => problem.text).join('\n'));
}

/** The file may hold secrets: errors say nothing of its content. */
function readConfigFile(path: string): unknown {
  const refuse = (expected: string, found: string): HundredblockError =>
    new HundredblockError('HB_USAGE', `--config ${JSON.stringify(path)}: expected ${expected}, found ${found}`);
  let content: string;
  try {
    const stats = statSync(path);
    if (!stats.isFile()) throw refuse('a regular file', 'something else');
    if (stats.size > CONFIG_FILE_BYTES_MAX)
      throw refuse(`at most ${CONFIG_FILE_BYTES_MAX} bytes`, `${stats.size} bytes`);
    content = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof HundredblockError) throw error;
    throw refuse('a readable file', (error as NodeJS.ErrnoException).code ?? 'an unreadable one');
  }
  try {
    return JSON.parse(content.replace(/^\uFEFF/, ''));
  } catch {
    throw refuse('JSON', 'text that does not parse as JSON');
  }
}

/** Rejects where something failed that nobody foresaw: the service is not to be relied on then. */
function crashed(service: Service): Promise<never> {
  return new Promise((_resolve, reject) => {
    process.on('uncaughtException', (error) => {
      service.noteFailure(error);
      reject(new HundredblockError('HB_SERVE', `the service failed (${error.name}); its log tells where`));
    });
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
