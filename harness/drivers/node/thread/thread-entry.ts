/** First file of a sending thread: answers the main thread's requests, and tells it ten times a second how things stand. */
import { parentPort } from 'node:worker_threads';
import { createDoorbellsThread } from '../doorbells/doorbells-thread.ts';
import { createResidentsThread } from '../residents/residents-thread.ts';
import { createSenderThread } from '../sender/sender-thread.ts';
import type { ThreadReport, ThreadRequest, ThreadSetup, ThreadWork } from './thread-protocol.ts';

const STATUS_MS = 100;
const RECEIVED_MS = 20;

type Port = NonNullable<typeof parentPort>;

/** Requests that come before the setup was dealt with wait in the port. */
function whenSetUp(port: Port): void {
  port.once('message', (request: ThreadRequest) => {
    if (request.kind === 'setup') void serve(port, request.setup);
  });
}

async function serve(port: Port, setup: ThreadSetup): Promise<void> {
  const tell = (report: ThreadReport): void => port.postMessage(report);
  const consumed = (weight: number): void => tell({ kind: 'consumed', weight });
  const work = await createWork(setup, consumed);
  const statusTimer = setInterval(() => tell({ kind: 'status', status: work.status() }), STATUS_MS);
  const tellReceived = (): void => {
    const batch = work.takeReceived();
    if (batch !== null) tell({ kind: 'received', batch });
  };
  const receivedTimer = setup.reportsDeliveries ? setInterval(tellReceived, RECEIVED_MS) : undefined;
  const finish = async (stopped: boolean): Promise<void> => {
    tell({ kind: 'status', status: work.status() });
    tell({ kind: 'result', result: await work.finish(stopped) });
    port.close();
  };
  port.on('message', (request: ThreadRequest) => {
    switch (request.kind) {
      case 'setup':
        return;
      case 'preamble':
        work.preamble(request.chunk, request.ramp);
        return;
      case 'inputs':
        work.inputs(request.chunk);
        return;
      case 'launch':
        work.launch(request.clock);
        return;
      case 'finish':
        clearInterval(statusTimer);
        clearInterval(receivedTimer);
        void finish(request.stopped);
        return;
    }
  });
  tell({ kind: 'ready', portals: work.portals });
}

function createWork(setup: ThreadSetup, consumed: (weight: number) => void): Promise<ThreadWork> | ThreadWork {
  switch (setup.role) {
    case 'sender':
      return createSenderThread(setup, consumed);
    case 'residents':
      return createResidentsThread(setup, consumed);
    case 'doorbells':
      return createDoorbellsThread(setup, consumed);
  }
}

if (parentPort !== null) whenSetUp(parentPort);
