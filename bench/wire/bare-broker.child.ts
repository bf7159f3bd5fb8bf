/** The peer of the MQTT benchmark: aedes as it comes. */
import { createServer, type AddressInfo } from 'node:net';
import { Aedes } from 'aedes';
import { serveParent } from './child.ts';

serveParent<{ kind: 'start' }>(async () => {
  const broker = await Aedes.createBroker();
  const server = createServer(broker.handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port };
});
