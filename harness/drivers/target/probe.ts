/** Finds out whether a target has a clock that can be set, before a trace is made for it. */
import { HundredblockError } from '../../../contract/errors.ts';
import type { ProbeTarget } from '../driver-api.ts';
import { createControl } from './control.ts';
import { loopbackEndpoint, endpointOrigin } from './loopback.ts';

/** Asks the target (see ProbeTarget). */
export const probeTarget: ProbeTarget = async ({ url, harnessKey }, signal) => {
  const control = createControl({
    origin: endpointOrigin(await loopbackEndpoint(url, 'http')),
    harnessKey,
    timeoutMs: ANSWER_MS,
    signal,
  });
  try {
    const status = await control.health();
    if (status === null || status < 200 || status > 299)
      throw new HundredblockError(
        'HB_TARGET',
        `${url}/healthz: expected an answer 200, found ${status === null ? 'none, or nothing that is HTTP' : `status ${status}`}`,
      );
    return { platformClock: await control.hasClock() };
  } finally {
    await control.close();
  }
};

// --- internal ---

const ANSWER_MS = 5000;
