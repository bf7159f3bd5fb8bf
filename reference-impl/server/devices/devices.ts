/** The devices' doors: MQTT over TCP and over WebSocket into the embedded broker, or a broker outside. */
import type { IncomingMessage } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createWebSocketStream, WebSocketServer } from 'ws';
import type { Refusal } from '../../../contract/wire.ts';
import type { Authenticator } from '../auth.ts';
import type { Engine } from '../service-api.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { refuseUpgrade } from '../stream/handshake.ts';
import type { Broker } from './broker.ts';
import { createIntake } from './intake.ts';
import type { OutsideBroker } from './outside-broker.ts';

/** Where the embedded broker takes WebSocket connections, on the port of HTTP; subprotocol `mqtt`. */
export const MQTT_WEB_SOCKET_PATH = '/mqtt';

export interface DevicesOptions {
  engine: Engine;
  authenticator: Authenticator;
  metrics: Metrics;
  log: Log;
  limits: { devicesMax: number; deviceMessagesPerSecondMax: number };
  host: string;
  mqttPort: number;
  /** URL of a broker outside; null for the embedded one. */
  mqtt: string | null;
}

export interface Devices {
  /** Port of the embedded broker; null where there is none. */
  readonly port: number | null;
  isReady(): boolean;
  /** Takes over an HTTP request to upgrade at MQTT_WEB_SOCKET_PATH. */
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void;
  close(): Promise<void>;
}

/** Listens or connects. Throws what `listen` throws. */
export async function openDevices(options: DevicesOptions): Promise<Devices> {
  const intake = createIntake(options.engine, options.metrics);
  // Only one of the two is loaded: each brings a library that takes a while.
  if (options.mqtt !== null) {
    const { openOutsideBroker } = await import('./outside-broker.ts');
    return outsideDevices(openOutsideBroker(options.mqtt, intake, options.log));
  }
  const { openBroker } = await import('./broker.ts');
  const broker = await openBroker({ ...options, intake });
  const shed = (reason: Refusal): void => options.metrics.count('hundredblock_shed_total', { door: 'mqtt', reason });
  const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: TCP_KEEPALIVE_MS }, (socket) => {
    if (broker.hasRoom()) broker.take(socket);
    else {
      shed('overloaded');
      socket.destroy();
    }
  });
  await listen(server, options.host, options.mqttPort);
  return {
    port: (server.address() as AddressInfo).port,
    isReady: () => true,
    upgrade: webSocketDoor(broker, shed),
    async close() {
      server.close();
      await broker.close();
    },
  };
}

// --- internal ---

const TCP_KEEPALIVE_MS = 60_000;
const FRAME_BYTES_MAX = 65_536;
const SUBPROTOCOL = 'mqtt';

function outsideDevices(broker: OutsideBroker): Devices {
  return {
    port: null,
    isReady: broker.isReady,
    upgrade: (_request, socket) => refuseUpgrade(socket, 'not-found', 'devices connect to the broker of this platform'),
    close: broker.close,
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function webSocketDoor(broker: Broker, shed: (reason: Refusal) => void): Devices['upgrade'] {
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: FRAME_BYTES_MAX,
    handleProtocols: () => SUBPROTOCOL,
  });
  sockets.on('wsClientError', (_error, socket) => {
    shed('invalid');
    refuseUpgrade(socket, 'invalid', 'expected a WebSocket handshake of version 13, found another request');
  });
  return (request, socket, head) => {
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
    if (!offered.includes(SUBPROTOCOL)) {
      shed('invalid');
      refuseUpgrade(socket, 'invalid', `Sec-WebSocket-Protocol: expected ${SUBPROTOCOL}`);
    } else if (!broker.hasRoom()) {
      shed('overloaded');
      refuseUpgrade(socket, 'overloaded', 'every connection is taken');
    } else {
      sockets.handleUpgrade(request, socket, head, (webSocket) => broker.take(createWebSocketStream(webSocket)));
    }
  };
}
