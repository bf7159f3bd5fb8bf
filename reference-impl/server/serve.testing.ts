/** The service for tests: in this process or as one of its own, with a small synthetic town, and clients that remember what they saw. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { HEADERS, PATHS } from '../../contract/wire.ts';
import { START_MS } from '../pipeline/testbed.testing.ts';
import { resolveConfig, type Config } from './config.ts';
import { HARNESS_KEY, onboardingDocument, token } from './http/town.testing.ts';
import { startService, type Service } from './serve.ts';

const BIN = fileURLToPath(new URL('../../bin/hundredblock.js', import.meta.url));
const PATIENCE_MS = 40_000;

/** Waits until `check` is true; throws after a generous time. */
export async function until(what: string, check: () => boolean | Promise<boolean>, ms = PATIENCE_MS): Promise<void> {
  for (const end = Date.now() + ms; Date.now() < end; await sleep(10)) if (await check()) return;
  throw new Error(`expected ${what} within ${ms} ms`);
}

export function temporaryFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'hundredblock-serve-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** The service in this process, on free ports, in `dataDir`. */
export function serveHere(dataDir: string, options: Partial<Config> = {}): Promise<Service> {
  const file = { port: 0, mqttPort: 0, harnessKey: HARNESS_KEY, logLevel: 'silent', dataDir, ...options };
  const resolved = resolveConfig({ flags: new Map(), environment: {}, file });
  if (Array.isArray(resolved)) throw new Error(resolved.map(({ text }) => text).join('\n'));
  return startService(resolved.config, readFileSync(new URL('../../docs/asyncapi.json', import.meta.url), 'utf8'));
}

export interface ServeProcess {
  pid: number;
  listening: Service['listening'];
  stdout(): string;
  stderr(): string;
  signal(name: NodeJS.Signals): void;
  /** Resolves with exit code or signal once it is gone. */
  exited: Promise<number | NodeJS.Signals>;
}

/** The command as a process of its own. Rejects with what it wrote on stderr where it ends before it listens. */
export async function serveProcess(dataDir: string, args: readonly string[] = []): Promise<ServeProcess> {
  const ports = ['--port', '0', '--mqtt-port', '0'];
  const child = spawn(process.execPath, [BIN, 'serve', ...ports, '--data-dir', dataDir, ...args], {
    env: { ...process.env, HUNDREDBLOCK_HARNESS_KEY: HARNESS_KEY },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  let gone = false;
  const exited = new Promise<number | NodeJS.Signals>((resolve) => {
    child.on('close', (code, signal) => {
      gone = true;
      resolve(code ?? signal ?? 'SIGKILL');
    });
  });
  await until('the service to listen or to end', () => gone || stdout.includes('\n'));
  if (!stdout.includes('\n')) throw new Error(stderr);
  const { listening, pid } = JSON.parse(stdout) as { listening: Service['listening']; pid: number };
  return { pid, listening, stdout: () => stdout, stderr: () => stderr, signal: (name) => child.kill(name), exited };
}

/** Tells the service of the town, and stops its clock at START_MS. */
export async function onboard(url: string, document = onboardingDocument()): Promise<void> {
  const headers = { authorization: `Bearer ${HARNESS_KEY}`, 'content-type': 'application/json' };
  const put = async (path: string, body: unknown): Promise<void> => {
    const answer = await fetch(url + path, { method: 'PUT', headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  };
  await put(PATHS.onboarding, document);
  await put(PATHS.clock, { originWallMs: 0, originMs: START_MS, speed: 0 });
}

/** Resident `from` posts; its neighbours get it. */
export async function post(url: string, from: number, id: string, text: string): Promise<number> {
  const answer = await fetch(url + PATHS.posts, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token('resident', from)}`,
      'content-type': 'application/json',
      [HEADERS.idempotencyKey]: id,
    },
    body: JSON.stringify({ text }),
  });
  await answer.arrayBuffer();
  return answer.status;
}

export interface Seen {
  sequence: number;
  type: string;
  message: { postId?: string };
}

export interface StreamClient {
  socket: WebSocket;
  hello: { type: string; lastSequence: number } | null;
  gaps: number[];
  messages: Seen[];
  /** Null while open. */
  closed: number | null;
}

/** Opens a resident's stream; rejects with the status and body of a refusal. */
export async function openStream(
  url: string,
  resident: number,
  after: number | null = null,
  bearer = token('resident', resident),
): Promise<StreamClient> {
  const address = `${url.replace('http', 'ws')}${PATHS.stream}${after === null ? '' : `?after=${after}`}`;
  const socket = new WebSocket(address, { headers: { authorization: `Bearer ${bearer}` }, perMessageDeflate: false });
  const client: StreamClient = { socket, hello: null, gaps: [], messages: [], closed: null };
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString()) as { type: string; upTo: number; lastSequence: number };
    if (message.type === 'hello') client.hello = message;
    else if (message.type === 'gap') client.gaps.push(message.upTo);
    else client.messages.push(message as unknown as Seen);
  });
  socket.on('close', (code) => (client.closed = code));
  await new Promise<void>((resolve, reject) => {
    socket.on('open', resolve);
    socket.on('error', reject);
    socket.on('unexpected-response', (_request, response) => {
      response.on('data', (body: Buffer) => reject(new Error(`${response.statusCode} ${body.toString()}`)));
    });
  });
  await until('a hello', () => client.hello !== null);
  return client;
}

/** The value of a metric's line, such as `hundredblock_stream_closes_total{code="4000"}`; 0 where there is none. */
export async function metric(url: string, line: string): Promise<number> {
  const text = await (await fetch(url + PATHS.metrics)).text();
  const found = text.split('\n').find((one) => one.startsWith(`${line} `));
  return found === undefined ? 0 : Number(found.slice(line.length + 1));
}
