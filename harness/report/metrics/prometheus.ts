/** Starts a real Prometheus with OpenMetrics files of runs: promtool makes the blocks, and the server answers queries on loopback until it is stopped. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

export interface Sample {
  labels: Record<string, string>;
  value: number;
}

export interface Prometheus {
  /** Such as http://127.0.0.1:9090. */
  url: string;
  /** An instant query at a simulated moment, Unix ms. Throws an Error with the server's message if the query is wrong. */
  query(expression: string, atMs: number): Promise<Sample[]>;
  /** Ends the server; resolves once it is gone. */
  stop(): Promise<void>;
}

/** The programs of Debian's package `prometheus` that are missing on the path. */
export function prometheusMissing(): string[] {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return ['prometheus', 'promtool'].filter((name) => !folders.some((folder) => isExecutable(join(folder, name))));
}

/**
 * Loads the files into a new database in `folder`, which must exist and be empty, and serves it. `configuration` says as YAML what to scrape and which rules to
 * evaluate; nothing if left out. `flags` are further flags of the server. Throws an Error if either program fails.
 */
export async function servePrometheus(
  openMetricsFiles: readonly string[],
  folder: string,
  configuration = 'global: {}\n',
  flags: readonly string[] = [],
): Promise<Prometheus> {
  const data = join(folder, 'data');
  for (const file of openMetricsFiles)
    await promisify(execFile)('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', file, data]);
  const config = join(folder, 'prometheus.yml');
  writeFileSync(config, configuration);
  for (let attempt = 1; ; attempt += 1) {
    const url = `http://127.0.0.1:${await freePort()}`;
    const server = start(config, data, url, flags);
    if (await becomesReady(server.child, url)) {
      return { url, query: (expression, atMs) => query(url, expression, atMs), stop: () => stop(server.child) };
    }
    await stop(server.child);
    // Another process may have taken the port in the meantime.
    if (attempt === ATTEMPTS_MAX) throw new Error(`prometheus does not start: ${server.tail()}`);
  }
}

// --- internal ---

const ATTEMPTS_MAX = 3;
const READY_MS_MAX = 60_000;
const STOP_MS_MAX = 10_000;
const LOG_CHARACTERS_MAX = 2000;

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Prometheus does not say which port it took, so it must be given one. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** The server ends with this process, however this process ends. */
function start(
  config: string,
  data: string,
  url: string,
  flags: readonly string[],
): { child: ChildProcess; tail: () => string } {
  const child = spawn(
    'prometheus',
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${data}`,
      '--storage.tsdb.retention.time=100y',
      `--web.listen-address=${new URL(url).host}`,
      '--log.level=warn',
      ...flags,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  let log = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-LOG_CHARACTERS_MAX);
  });
  return { child, tail: () => log.trim() };
}

async function becomesReady(child: ChildProcess, url: string): Promise<boolean> {
  let gone = false;
  child.once('exit', () => (gone = true)).once('error', () => (gone = true));
  const untilMs = Date.now() + READY_MS_MAX;
  while (!gone && Date.now() < untilMs) {
    const ready = await fetch(`${url}/-/ready`).then(
      async (answer) => {
        await answer.text();
        return answer.ok;
      },
      () => false,
    );
    if (ready && !gone) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const hard = setTimeout(() => child.kill('SIGKILL'), STOP_MS_MAX);
  await exited;
  clearTimeout(hard);
}

async function query(url: string, expression: string, atMs: number): Promise<Sample[]> {
  const answer = await fetch(`${url}/api/v1/query`, {
    method: 'POST',
    body: new URLSearchParams({ query: expression, time: String(atMs / 1000) }),
  });
  const { status, error, data } = (await answer.json()) as {
    status: string;
    error?: string;
    data?: { resultType: string; result: { metric: Record<string, string>; value: [number, string] }[] };
  };
  if (status !== 'success' || data?.resultType !== 'vector')
    throw new Error(`${expression}: expected a vector, found ${error ?? data?.resultType}`);
  return data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
}
