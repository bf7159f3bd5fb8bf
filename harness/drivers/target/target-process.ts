/** The reference service as a process of its own, for one run. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { HundredblockError } from '../../../contract/errors.ts';
import { packagePath } from '../../io/package.ts';

/** A target that listens. */
export interface StartedTarget {
  pid: number;
  url: string;
  mqttUrl: string | null;
  /** Key of its harness doors, made for this run. */
  harnessKey: string;
  /** Resolves when it has ended, with the reason in words. */
  ended: Promise<string>;
  /** Ends it by SIGTERM, or by SIGKILL if that does not help in time. */
  stop(): Promise<void>;
}

/** How the service is started. */
export interface StartTargetOptions {
  dataDir: string;
  args: readonly string[];
  /** File for its log. */
  logPath: string;
  timeoutMs: number;
  signal?: AbortSignal;
  /** Path of bin/hundredblock.js; by default this package's. */
  command?: string;
}

/** Starts it and waits until it listens. Throws HB_TARGET if it does not in time. */
export async function startTarget(options: StartTargetOptions): Promise<StartedTarget> {
  const harnessKey = randomBytes(24).toString('base64url');
  const child = launch(options, harnessKey);
  const { pid } = child;
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'an error'));
    child.once('exit', (code, signal) => resolve(code === null ? `signal ${signal}` : `exit code ${code}`));
  });
  const stop = (): Promise<void> => end(child, ended);
  // It is in a process group of its own, so that a Ctrl-C does not end it before the run; but it must not outlive this process.
  const orphan = (): void => void child.kill('SIGKILL');
  process.once('exit', orphan);
  void ended.then(() => process.off('exit', orphan));
  try {
    const { http, mqtt } = await Promise.race([listening(child, options), failed(ended, options.logPath)]);
    if (pid === undefined) throw new HundredblockError('HB_TARGET', 'serve: expected a process, found none');
    return { pid, url: http, mqttUrl: mqtt, harnessKey, ended, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

// --- internal ---

const STOP_MS = 10_000;
const LINE_LENGTH_MAX = 65_536;
const COMMAND = packagePath('bin/hundredblock.js');

function launch({ dataDir, args, logPath, command = COMMAND }: StartTargetOptions, harnessKey: string): ChildProcess {
  const log = openSync(logPath, 'w');
  try {
    const given = ['serve', '--port', '0', '--mqtt-port', '0', '--data-dir', dataDir, '--log-level', 'warn', ...args];
    // The key goes by the environment: everybody on the machine can read arguments.
    const env = { ...process.env, HUNDREDBLOCK_HARNESS_KEY: harnessKey };
    return spawn(process.execPath, [command, ...given], { stdio: ['ignore', 'pipe', log], env, detached: true });
  } finally {
    closeSync(log);
  }
}

async function listening(
  child: ChildProcess,
  options: StartTargetOptions,
): Promise<{ http: string; mqtt: string | null }> {
  const line = await firstLine(child, options);
  try {
    const { http, mqtt } = (JSON.parse(line) as { listening: { http: unknown; mqtt: unknown } }).listening;
    if (typeof http === 'string' && (typeof mqtt === 'string' || mqtt === null)) return { http, mqtt };
  } catch {
    // The error below says so.
  }
  throw new HundredblockError('HB_TARGET', 'serve: expected a line that says where it listens, found another');
}

function firstLine(child: ChildProcess, { timeoutMs, signal }: StartTargetOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const refuse = (found: string): void =>
      reject(new HundredblockError('HB_TARGET', `serve: expected it to listen, found ${found}`));
    const timer = setTimeout(() => refuse(`nothing in ${timeoutMs} ms`), timeoutMs);
    const abort = (): void => refuse('the run ended');
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted === true) abort();
    child.stdout?.setEncoding('utf8').on('data', (part: string) => {
      // Read on to the end of the process: a full pipe would stop it.
      if (text.length > LINE_LENGTH_MAX || text.includes('\n')) return;
      text += part;
      if (!text.includes('\n')) return;
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      resolve(text.slice(0, text.indexOf('\n')));
    });
    child.once('close', () => clearTimeout(timer));
  });
}

async function failed(ended: Promise<string>, logPath: string): Promise<never> {
  const how = await ended;
  const said = readFileSync(logPath, 'utf8').trim().split('\n').at(-1) ?? '';
  throw new HundredblockError(
    'HB_TARGET',
    `serve: expected it to listen, found ${how}${said === '' ? '' : `: ${said}`}`,
  );
}

async function end(child: ChildProcess, ended: Promise<string>): Promise<void> {
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await ended;
  clearTimeout(timer);
}
