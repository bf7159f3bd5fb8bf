/** A served town for the tests of these doors: real engine, real disk, real sockets. */
import type { FastifyInstance } from 'fastify';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tokenOf, type Role } from '../../../contract/credentials.ts';
import { onboardingOf, type Onboarding, type Portal } from '../../../contract/onboarding.ts';
import type { Policy } from '../../../contract/policy.ts';
import { DIALECTS, type Dialect } from '../../../contract/catalogue.ts';
import { testAgency, testConfig, testRoster, START_MS } from '../../pipeline/testbed.testing.ts';
import { createAuthenticator } from '../auth.ts';
import type { Engine } from '../service-api.ts';
import { openEngine } from '../engine/engine.ts';
import { createLog, type Log, type LogLevel } from '../log.ts';
import { createMetrics, type Metrics } from '../metrics.ts';
import type { HttpLimits } from './door.ts';
import { createHttp } from './http.ts';

export const SECRET = 'a secret of sixteen or more';
export const HARNESS_KEY = 'harness-key-of-the-tests';
export const BODY_LENGTH_MAX = 100_000;

export const LIMITS: HttpLimits = {
  connectionsMax: 1000,
  headerBytesMax: 16_384,
  bodyBytesMax: 4_194_304,
  onboardingBytesMax: 16_777_216,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  keepAliveTimeoutMs: 60_000,
  requestsPerSecondMax: 100_000,
};

export interface TestEngine {
  engine: Engine;
  metrics: Metrics;
  log: Log;
  logLines: string[];
  close(): Promise<void>;
}

export interface Town extends TestEngine {
  app: FastifyInstance;
  port: number;
  url: string;
}

export interface TownOptions {
  limits?: Partial<HttpLimits>;
  policy?: Partial<Policy>;
  portals?: ReadonlyMap<string, Portal>;
  harnessKey?: string | null;
  logLevel?: LogLevel;
  /** False: nothing is onboarded. */
  onboarded?: boolean;
}

/** Agencies pd-0 (eido) to pd-5, one a dialect; residents 1 and 2 near the blocks of the testbed. The clock stands at START_MS. */
export function onboardingDocument({ policy, portals }: TownOptions = {}): Onboarding {
  const agencies = DIALECTS.map((dialect) => testAgency(dialect, policy));
  const roster = testRoster([
    [1500, 0, 10_000],
    [1600, 50, 10_000],
  ]);
  return onboardingOf(
    { ...testConfig(agencies, roster), bodyLengthMax: BODY_LENGTH_MAX },
    SECRET,
    portals ?? new Map(),
  );
}

/** An engine in a folder of its own, which `close` removes. */
export async function openTestEngine(options: TownOptions = {}): Promise<TestEngine> {
  const dataDir = mkdtempSync(join(tmpdir(), 'hundredblock-http-'));
  const logLines: string[] = [];
  const metrics = createMetrics();
  const log = createLog(options.logLevel ?? 'debug', { write: (line) => logLines.push(line) });
  const engine = openEngine({ dataDir, log, metrics });
  if (options.onboarded !== false) {
    await engine.onboard(onboardingDocument(options));
    await engine.setClock({ originWallMs: 0, originMs: START_MS, speed: 0 });
  }
  return {
    engine,
    metrics,
    log,
    logLines,
    async close() {
      await engine.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

export async function openTown(options: TownOptions = {}): Promise<Town> {
  const base = await openTestEngine(options);
  const { engine, metrics, log } = base;
  const app = createHttp({
    engine,
    auth: createAuthenticator(() => engine.onboarding?.credentialSecret ?? null),
    metrics,
    log,
    limits: { ...LIMITS, ...options.limits },
    harnessKey: options.harnessKey === undefined ? HARNESS_KEY : options.harnessKey,
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return {
    ...base,
    app,
    port,
    url: `http://127.0.0.1:${port}`,
    async close() {
      app.server.closeAllConnections();
      await app.close();
      await base.close();
    },
  };
}

export function token(role: Role, id: string | number): string {
  return tokenOf(SECRET, role, id);
}

export function agencyOfDialect(dialect: Dialect): string {
  return `pd-${DIALECTS.indexOf(dialect)}`;
}

/** Sends bytes on a socket of its own, and returns what came back once the other side has closed or `until` is satisfied. */
export function exchange(port: number, bytes: string | Buffer, until: (text: string) => boolean = () => false) {
  return new Promise<string>((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    const finish = () => {
      socket.destroy();
      resolve(text);
    };
    socket.setTimeout(20_000, finish);
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (until(text)) finish();
    });
    socket.on('error', () => {});
    socket.on('close', finish);
    socket.write(bytes);
  });
}
