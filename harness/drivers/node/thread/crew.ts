/** First file of a crew's thread: answers the conductor's requests, and tells it ten times a second how things stand. */
import { parentPort } from 'node:worker_threads';
import type { Crew, CrewReport, CrewRequest, CrewSetup } from './crew-contract.ts';
import { createDevices } from '../doorbells/devices.ts';
import { createSender } from '../sender/sender.ts';
import { createSwarm } from '../residents/swarm.ts';

const STATUS_MS = 100;
const HEARD_MS = 20;

type Port = NonNullable<typeof parentPort>;

/** Whatever is asked before the setup is dealt with waits in the port. */
function whenSetUp(port: Port): void {
  port.once('message', (request: CrewRequest) => {
    if (request.kind === 'setup') void work(port, request.setup);
  });
}

async function work(port: Port, setup: CrewSetup): Promise<void> {
  const tell = (report: CrewReport): void => port.postMessage(report);
  const consumed = (weight: number): void => tell({ kind: 'consumed', weight });
  const crew = await createCrew(setup, consumed);
  const timer = setInterval(() => tell({ kind: 'status', status: crew.status() }), STATUS_MS);
  const tellHeard = (): void => {
    const heard = crew.heard();
    if (heard !== null) tell({ kind: 'heard', heard });
  };
  const ears = setup.tells ? setInterval(tellHeard, HEARD_MS) : undefined;
  const finish = async (stopped: boolean): Promise<void> => {
    tell({ kind: 'status', status: crew.status() });
    tell({ kind: 'result', result: await crew.finish(stopped) });
    port.close();
  };
  port.on('message', (request: CrewRequest) => {
    switch (request.kind) {
      case 'setup':
        return;
      case 'preamble':
        crew.preamble(request.chunk, request.ramp);
        return;
      case 'inputs':
        crew.inputs(request.chunk);
        return;
      case 'launch':
        crew.launch(request.clock);
        return;
      case 'finish':
        clearInterval(timer);
        clearInterval(ears);
        void finish(request.stopped);
        return;
    }
  });
  tell({ kind: 'ready', portals: crew.portals });
}

function createCrew(setup: CrewSetup, consumed: (weight: number) => void): Promise<Crew> | Crew {
  switch (setup.role) {
    case 'sender':
      return createSender(setup, consumed);
    case 'swarm':
      return createSwarm(setup, consumed);
    case 'devices':
      return createDevices(setup, consumed);
  }
}

if (parentPort !== null) whenSetUp(parentPort);
