/** Our own driver, from outside: starts its process and, if asked to, the target; stops both, whatever happens. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { HundredblockError } from '../../../contract/errors.ts';
import type { DriverSummary } from '../../../contract/trace.ts';
import { startProcess } from '../../io/start-module.ts';
import { LIMITS, type Drive, type DriveOptions, type DriverProcess, type Pair } from '../driver-api.ts';
import { loopbackEndpoint } from '../target/loopback.ts';
import { startTarget, type StartedTarget, type StartTargetOptions } from '../target/target-process.ts';
import type { DriverReport, DriverRequest } from './driver-process.ts';
import type { DrivePlan } from './run/drive-plan.ts';

/** After it was told to stop, the driver may take this long to write what it saw. */
const STOP_MS = 60_000;
const STDERR_LENGTH_MAX = 10_000;

/** Sends a trace with our own driver. */
export const drive: Drive = async (options) => {
  const { target, live } = options;
  const limits = { ...LIMITS, ...options.limits };
  const plan: Omit<DrivePlan, 'target'> = {
    traceDir: options.traceDir,
    outDir: options.outDir,
    speed: options.speed,
    live: live === undefined ? null : { header: live.header, writtenBytes: live.writtenBytes },
    residentThreads: options.residentThreads ?? null,
    limits,
  };
  if (target.kind === 'url') {
    await loopbackEndpoint(target.url, 'http');
    if (target.mqttUrl !== null) await loopbackEndpoint(target.mqttUrl, 'mqtt');
    const { url, mqttUrl, harnessKey, onboarded } = target;
    const driven = { name: url, url, mqttUrl, harnessKey, onboarded, pid: null };
    return new DriverSession(options, forkDriver(), null).run({ ...plan, target: driven });
  }
  mkdirSync(options.outDir, { recursive: true });
  const { driver, started } =
    target.pair ??
    (await startPair({
      ...target,
      logPath: join(options.outDir, 'target.log'),
      timeoutMs: limits.startMsMax,
      signal: options.signal,
    }));
  try {
    const { url, mqttUrl, harnessKey, pid } = started;
    const driven = { name: 'self', url, mqttUrl, harnessKey, onboarded: false, pid };
    return await new DriverSession(options, driver, started).run({ ...plan, target: driven });
  } finally {
    if (target.pair === undefined) await started.stop();
  }
};

/** Starts a process that waits for its plan; as part of a pair, it waits for further plans after it. It dies with this process. */
export function forkDriver(): DriverProcess {
  const child = startProcess('harness/drivers/node/driver-process.ts', {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const orphan = (): void => void child.kill('SIGKILL');
  process.once('exit', orphan);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(`${signal ?? `exit code ${code}`}`));
  });
  void ended.then(() => process.off('exit', orphan));
  return { child, ended };
}

// --- internal ---

type Outcome = Extract<DriverReport, { kind: 'done' | 'failed' }>;

/** Starts both, so that they load their code at the same time. Throws HB_TARGET if the target does not listen in time. */
async function startPair(options: StartTargetOptions): Promise<Pair> {
  const driver = forkDriver();
  try {
    return { driver, started: await startTarget(options) };
  } catch (error) {
    driver.child.kill('SIGKILL');
    throw error;
  }
}

/** One plan of a driver's process, from asking for it to its outcome. */
class DriverSession {
  readonly #options: DriveOptions;
  readonly #driver: DriverProcess;
  readonly #started: StartedTarget | null;
  /** Whether the driver's process stays up for another plan. */
  readonly #stays: boolean;
  readonly #over: Promise<string>;
  #settle: (how: string) => void = () => {};
  #outcome: Outcome | null = null;
  #worldError: unknown = null;
  #stderr = '';
  #isOver = false;
  #killer: NodeJS.Timeout | undefined;

  constructor(options: DriveOptions, driver: DriverProcess, started: StartedTarget | null) {
    this.#options = options;
    this.#driver = driver;
    this.#started = started;
    this.#stays = options.target.kind === 'start' && options.target.pair !== undefined;
    this.#over = new Promise<string>((resolve) => {
      this.#settle = resolve;
    });
    void driver.ended.then(this.#settle);
  }

  /** Throws the driver's error, or HB_INTERNAL if its process ended without a word. */
  async run(plan: DrivePlan): Promise<DriverSummary> {
    const { signal, live, watch } = this.#options;
    const { child } = this.#driver;
    child.on('message', this.#hear);
    child.stderr?.setEncoding('utf8').on('data', this.#complain);
    signal?.addEventListener('abort', this.#interrupt, { once: true });
    void this.#started?.ended.then((how) => (this.#isOver ? undefined : this.#stop(`the target ended with ${how}`)));
    live?.whole.then(
      () => this.#ask({ kind: 'whole' }),
      (error: unknown) => {
        this.#worldError = error;
        child.kill('SIGKILL');
      },
    );
    this.#ask({ kind: 'plan', plan, tellsHeap: watch !== undefined, stays: this.#stays });
    if (child.pid !== undefined)
      watch?.started({ driverPid: child.pid, targetPid: plan.target.pid, targetUrl: plan.target.url });
    if (signal?.aborted === true) this.#interrupt();
    const how = await this.#over;
    this.#isOver = true;
    clearTimeout(this.#killer);
    child.off('message', this.#hear);
    child.stderr?.off('data', this.#complain);
    signal?.removeEventListener('abort', this.#interrupt);
    return this.#summary(how);
  }

  #summary(how: string): DriverSummary {
    if (this.#worldError !== null) throw this.#worldError;
    const outcome = this.#outcome;
    if (outcome?.kind === 'done') return outcome.summary;
    if (outcome?.kind === 'failed') throw new HundredblockError(outcome.code, outcome.message);
    const lastLine = this.#stderr.trim().split('\n').at(-1) ?? '';
    throw new HundredblockError('HB_INTERNAL', `the driver ended with ${how}: ${lastLine}`);
  }

  #ask(request: DriverRequest): void {
    const { child } = this.#driver;
    if (child.connected) child.send(request);
  }

  /** Asks the driver to end the run; kills it if it takes too long. */
  #stop(why: string): void {
    this.#ask({ kind: 'stop', why });
    this.#killer ??= setTimeout(() => this.#driver.child.kill('SIGKILL'), STOP_MS);
  }

  readonly #interrupt = (): void => this.#stop('interrupted');

  readonly #complain = (text: string): void => {
    this.#stderr = (this.#stderr + text).slice(-STDERR_LENGTH_MAX);
  };

  readonly #hear = (report: DriverReport): void => {
    const { onProgress, live, watch } = this.#options;
    switch (report.kind) {
      case 'progress':
        onProgress?.(report.progress);
        return;
      case 'launched':
        live?.launch(report.clock, (bytes) => this.#ask({ kind: 'written', bytes }));
        return;
      case 'received':
        live?.receive(report.batch);
        return;
      case 'close':
        live?.close();
        return;
      case 'heap':
        watch?.driverHeap(report.heap);
        return;
      case 'done':
      case 'failed':
        this.#outcome = report;
        if (this.#stays) this.#settle('no error');
        return;
    }
  };
}
