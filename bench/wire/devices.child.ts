/** Doorbells' side of the MQTT benchmark: connections that each publish at QoS 1, wait for the acknowledgement, and publish again. */
import { connect } from 'node:net';
import { performance } from 'node:perf_hooks';
import mqtt from 'mqtt-packet';
import { credentialOf } from '../../contract/credentials.ts';
import { deviceTopic } from '../../contract/wire.ts';
import { serveParent } from './child.ts';

export interface DevicesRequest {
  kind: 'run';
  port: number;
  secret: string;
  connections: number;
  /** By all connections together. */
  messages: number;
  payload: string;
}

serveParent<DevicesRequest>(async (request) => {
  let left = request.messages;
  const devices = await Promise.all(Array.from({ length: request.connections }, (_, id) => attach(request, id)));
  const startMs = performance.now();
  await Promise.all(devices.map((device) => device(() => left-- > 0)));
  return { elapsedMs: performance.now() - startMs, messages: request.messages };
});

// --- internal ---

/** Connects one doorbell; the function returned publishes for as long as it may, and resolves when it may no more. */
function attach(request: DevicesRequest, id: number): Promise<(may: () => boolean) => Promise<void>> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: request.port, noDelay: true });
    const parser = mqtt.parser();
    const packet = mqtt.generate({
      cmd: 'publish',
      topic: deviceTopic(id, 'motion'),
      payload: request.payload,
      qos: 1,
      messageId: 1,
      dup: false,
      retain: false,
    });
    let acknowledged: () => void = () => {};
    const publish = (may: () => boolean): Promise<void> =>
      new Promise((done) => {
        acknowledged = () => {
          if (may()) {
            socket.write(packet);
            return;
          }
          socket.destroy();
          done();
        };
        acknowledged();
      });
    socket.on('error', reject);
    socket.on('connect', () =>
      socket.write(
        mqtt.generate({
          cmd: 'connect',
          protocolId: 'MQTT',
          protocolVersion: 4,
          clean: true,
          clientId: `doorbell-${id}`,
          keepalive: 60,
          username: String(id),
          password: Buffer.from(credentialOf(request.secret, 'device', id)),
        }),
      ),
    );
    socket.on('data', (chunk) => parser.parse(chunk));
    parser.on('packet', (answer) => {
      if (answer.cmd === 'puback') acknowledged();
      if (answer.cmd !== 'connack') return;
      if (answer.returnCode === 0) resolve(publish);
      else reject(new Error(`expected to be let in, found code ${answer.returnCode}`));
    });
  });
}
