/**
 * The reference system, started once for all trials of a search: each onboards it anew, which makes it forget everything. A service that has
 * just started runs code that is not compiled yet, at a tenth of its speed, and a trial of seconds would measure little else.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { LIMITS } from '../load/contract.ts';
import { forkDriver, type DriverProcess, type Pair } from '../load/drive.ts';
import { startTarget, type StartedTarget } from '../load/target-process.ts';

export class WarmTarget {
  private readonly dir: string;
  private started: StartedTarget | null = null;
  private next: DriverProcess | null = null;

  /** `dir`: scratch, for its data and its log. */
  constructor(dir: string) {
    this.dir = dir;
  }

  /** With a driver that nobody had yet. Throws HB_TARGET where the target does not listen in time. */
  async pair(signal?: AbortSignal): Promise<Pair> {
    this.standBy();
    this.started ??= await this.start(signal);
    const driver = this.next!;
    this.next = null;
    return { driver, started: this.started };
  }

  /** The next driver loads its code. */
  standBy(): void {
    this.next ??= forkDriver();
  }

  async end(): Promise<void> {
    this.next?.child.kill('SIGKILL');
    await this.started?.stop();
  }

  private start(signal: AbortSignal | undefined): Promise<StartedTarget> {
    const dataDir = join(this.dir, 'data');
    mkdirSync(dataDir, { recursive: true });
    const logPath = join(this.dir, 'target.log');
    return startTarget({ dataDir, args: [], logPath, timeoutMs: LIMITS.startMsMax, signal });
  }
}
