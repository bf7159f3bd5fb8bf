/** The service as a whole: opens engine and doors in order, and closes them so that nothing that was accepted is lost. */
import type { IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { HundredblockError } from '../../contract/errors.ts';
import { PATHS } from '../../contract/wire.ts';
import { createAuthenticator } from './auth.ts';
import type { Config } from './config.ts';
import type { Engine } from './service-api.ts';
import { MQTT_WEB_SOCKET_PATH, openDevices, type Devices } from './devices/devices.ts';
import { openEngine } from './engine/engine.ts';
import { createHttp } from './http/http.ts';
import { createLog, errorFields, type Log } from './log.ts';
import { createMetrics } from './metrics.ts';
import { createPoller } from './poller.ts';
import { StoreError } from './store/store-error.ts';
import { refuseUpgrade } from './stream/handshake.ts';
import { createHub, type Hub } from './stream/hub.ts';

export interface Service {
  /** Where it listens; the MQTT doors are null with a broker outside. */
  readonly listening: { http: string; mqtt: string | null; mqttWebSocket: string | null };
  /** Logs where an error that nobody foresaw came from, without its text, which may quote what somebody sent. */
  noteFailure(error: unknown): void;
  /** Takes no more, commits what was accepted, says goodbye to all who are connected. Resolves within STOP_MS_MAX. */
  stop(): Promise<void>;
}

/** Resolves once every door is open. `asyncApi` is the document that the docs door shows beside OpenAPI. Throws HB_SERVE: a port is taken, or the data folder can't be worked with. */
export async function startService(config: Config, asyncApi: string): Promise<Service> {
  const log = createLog(config.logLevel);
  const closers: Closer[] = [];
  try {
    return await open(config, asyncApi, log, closers);
  } catch (error) {
    for (const close of closers.reverse()) await close();
    log.flush();
    throw reasonOf(error, config);
  }
}

// --- internal ---

type Closer = () => Promise<unknown>;

/** In all, and for requests that are under way. */
const STOP_MS_MAX = 9000;
const REQUESTS_MS_MAX = 4000;

async function open(config: Config, asyncApi: string, log: Log, closers: Closer[]): Promise<Service> {
  const metrics = createMetrics();
  const engine = openEngine({
    dataDir: config.dataDir,
    log,
    metrics,
    limits: { ...config, retainMs: config.retentionMs },
  });
  closers.push(() => engine.close());
  const authenticator = createAuthenticator(() => engine.onboarding?.credentialSecret ?? null);
  const parts = { engine, authenticator, metrics, log, limits: config };
  const hub = createHub(parts);
  closers.push(() => hub.close());
  const devices = await openDevices({ ...parts, host: config.host, mqttPort: config.mqttPort, mqtt: config.mqtt });
  closers.push(() => devices.close());
  const app = createHttp({ ...parts, auth: authenticator, harnessKey: config.harnessKey, isReady: devices.isReady });
  addAsyncApi(app, asyncApi);
  app.server.on('upgrade', (request, socket, head) => dispatchUpgrade(request, socket, head, hub, devices));
  closers.push(() => app.close());
  await app.listen({ host: config.host, port: config.port });
  const poller = createPoller({ engine, metrics, log });
  const listening = addresses(config.host, app, devices);
  log.info('listening', { http: listening.http, mqtt: listening.mqtt, phase: engine.phase });
  return {
    listening,
    noteFailure(error) {
      log.error('failed', errorFields(error));
      log.flush();
    },
    stop: () =>
      Promise.race([stop({ app, hub, devices, engine, log, poller }), sleep(STOP_MS_MAX, undefined, { ref: false })]),
  };
}

interface Running {
  app: FastifyInstance;
  hub: Hub;
  devices: Devices;
  engine: Engine;
  log: Log;
  poller: { stop(): Promise<void> };
}

async function stop({ app, hub, devices, engine, log, poller }: Running): Promise<void> {
  log.info('draining');
  const patience = setTimeout(() => app.server.closeAllConnections(), REQUESTS_MS_MAX);
  await Promise.all([app.close(), hub.close(), devices.close(), poller.stop()]);
  clearTimeout(patience);
  await engine.close();
  log.info('stopped');
  log.flush();
}

/** The stream's and the devices' sockets leave HTTP here; anything else that asks for an upgrade is refused. */
function dispatchUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, hub: Hub, devices: Devices): void {
  const path = (request.url ?? '').split('?', 1)[0];
  if (path === PATHS.stream) hub.upgrade(request, socket as Socket, head);
  else if (path === MQTT_WEB_SOCKET_PATH) devices.upgrade(request, socket as Socket, head);
  else refuseUpgrade(socket, 'not-found', 'expected a path that can be upgraded, found another');
}

function addAsyncApi(app: FastifyInstance, text: string): void {
  app.route({
    method: 'GET',
    url: `${PATHS.docs}/asyncapi.json`,
    config: { door: 'docs' },
    schema: {
      summary: 'The stream and MQTT, as AsyncAPI',
      response: { 200: { type: 'object', description: 'AsyncAPI 3.0' } },
    },
    handler: (_request, reply) => {
      reply.header('content-type', 'application/json; charset=utf-8').send(text);
    },
  });
}

function addresses(host: string, app: FastifyInstance, devices: Devices): Service['listening'] {
  const name = host.includes(':') ? `[${host}]` : host;
  const { port } = app.server.address() as AddressInfo;
  return {
    http: `http://${name}:${port}`,
    mqtt: devices.port === null ? null : `mqtt://${name}:${devices.port}`,
    mqttWebSocket: devices.port === null ? null : `ws://${name}:${port}${MQTT_WEB_SOCKET_PATH}`,
  };
}

function reasonOf(error: unknown, { host, port, mqttPort }: Config): unknown {
  if (error instanceof StoreError) return new HundredblockError('HB_SERVE', error.message);
  const { code, syscall, port: taken } = error as NodeJS.ErrnoException & { port?: number };
  if (syscall !== 'listen' && syscall !== 'getaddrinfo') return error;
  const what =
    taken === undefined ? host : taken === mqttPort && taken !== port ? `--mqtt-port ${taken}` : `--port ${taken}`;
  return new HundredblockError('HB_SERVE', `${what}: expected an address and port to listen on, found ${code}`);
}
