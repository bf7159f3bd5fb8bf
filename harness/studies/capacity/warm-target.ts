/**
 * The reference service and a driver, started once for all trials of a search. Each trial onboards the service anew, which makes it
 * forget everything. A service that has just started runs code that is not compiled yet, at a tenth of its speed, and a trial of seconds
 * would measure little else; a driver takes seconds of both processors to load its code.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { LIMITS } from '../../drivers/driver-api.ts';
import type { DriverProcess, Pair } from '../../drivers/driver-api.ts';
import { forkDriver } from '../../drivers/node/drive.ts';
import { startTarget, type StartedTarget } from '../../drivers/target/target-process.ts';

/** Starts service and driver on the first call of `pair`; `end` stops both. */
export class WarmTarget {
  readonly #dir: string;
  #started: StartedTarget | null = null;
  #driver: DriverProcess | null = null;

  /** `dir`: folder for the service's data and log. */
  constructor(dir: string) {
    this.#dir = dir;
  }

  /** The running service and a driver that waits for work. Throws HB_TARGET if the service does not listen in time. */
  async pair(signal?: AbortSignal): Promise<Pair> {
    if (this.#driver?.child.connected !== true) this.#driver = forkDriver();
    this.#started ??= await this.#start(signal);
    return { driver: this.#driver, started: this.#started };
  }

  async end(): Promise<void> {
    this.#driver?.child.kill('SIGKILL');
    await this.#started?.stop();
  }

  // --- internal ---

  #start(signal: AbortSignal | undefined): Promise<StartedTarget> {
    const dataDir = join(this.#dir, 'data');
    mkdirSync(dataDir, { recursive: true });
    const logPath = join(this.#dir, 'target.log');
    return startTarget({ dataDir, args: [], logPath, timeoutMs: LIMITS.startMsMax, signal });
  }
}
