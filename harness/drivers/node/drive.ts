/** Starts the driver's process and, where asked, the target; stops both, whatever happens. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { HundredblockError } from '../../../contract/errors.ts';
import type { DriverSummary } from '../../../contract/trace.ts';
import type { DrivePlan } from './conductor.ts';
import { LIMITS, type Drive, type DriveOptions, type DriverProcess, type Pair } from '../driver-api.ts';
import type { DriverReport, DriverRequest } from './driver-process.ts';
import { loopbackEndpoint } from '../target/loopback.ts';
import { startTarget, type StartedTarget, type StartTargetOptions } from '../target/target-process.ts';
import { startProcess } from '../../io/start-module.ts';

export const drive: Drive = async (options) => {
  const limits = { ...LIMITS, ...options.limits };
  const plan: Omit<DrivePlan, 'target'> = {
    traceDir: options.traceDir,
    outDir: options.outDir,
    speed: options.speed,
    live: options.live === undefined ? null : { header: options.live.header, writtenBytes: options.live.writtenBytes },
    swarms: options.swarms ?? null,
    limits,
  };
  const { target } = options;
  if (target.kind === 'url') {
    await loopbackEndpoint(target.url, 'http');
    if (target.mqttUrl !== null) await loopbackEndpoint(target.mqttUrl, 'mqtt');
    const { url, mqttUrl, harnessKey, onboarded } = target;
    const driven = { name: url, url, mqttUrl, harnessKey, onboarded, pid: null };
    return runDriver(forkDriver(), { ...plan, target: driven }, options, null);
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
    return await runDriver(
      driver,
      { ...plan, target: { name: 'self', url, mqttUrl, harnessKey, onboarded: false, pid } },
      options,
      started,
    );
  } finally {
    if (target.pair === undefined) await started.stop();
  }
};

/** A process that waits for its plan, and for others after it where it is part of a pair that was given; it dies with this one. */
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

/** After it was told to stop, the driver has so long to write what it saw. */
const STOP_MS = 60_000;
const STDERR_LENGTH_MAX = 10_000;

type Outcome = Extract<DriverReport, { kind: 'done' | 'failed' }>;

/** Both load their code at the same time. Throws HB_TARGET where the target does not listen in time. */
async function startPair(o: StartTargetOptions): Promise<Pair> {
  const driver = forkDriver();
  try {
    return { driver, started: await startTarget(o) };
  } catch (error) {
    driver.child.kill('SIGKILL');
    throw error;
  }
}

function runDriver(
  { child, ended }: DriverProcess,
  plan: DrivePlan,
  options: DriveOptions,
  started: StartedTarget | null,
): Promise<DriverSummary> {
  const stays = options.target.kind === 'start' && options.target.pair !== undefined;
  const ask = (request: DriverRequest): void => {
    if (child.connected) child.send(request);
  };
  let killer: NodeJS.Timeout | undefined;
  const stop = (why: string): void => {
    ask({ kind: 'stop', why });
    killer ??= setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  };
  const interrupt = (): void => stop('interrupted');
  options.signal?.addEventListener('abort', interrupt, { once: true });
  let isOver = false;
  void started?.ended.then((how) => (isOver ? undefined : stop(`the target ended with ${how}`)));
  let stderr = '';
  const complain = (text: string): void => {
    stderr = (stderr + text).slice(-STDERR_LENGTH_MAX);
  };
  child.stderr?.setEncoding('utf8').on('data', complain);
  let outcome: Outcome | null = null;
  let told: (how: string) => void = () => {};
  const over = new Promise<string>((resolve) => {
    told = resolve;
  });
  void ended.then(told);
  const hear = (report: DriverReport): void => {
    switch (report.kind) {
      case 'progress':
        options.onProgress?.(report.progress);
        return;
      case 'launched':
        options.live?.launch(report.clock, (bytes) => ask({ kind: 'written', bytes }));
        return;
      case 'heard':
        options.live?.receive(report.heard);
        return;
      case 'close':
        options.live?.close();
        return;
      case 'heap':
        options.watch?.driverHeap(report.heap);
        return;
      case 'done':
      case 'failed':
        outcome = report;
        if (stays) told('no error');
        return;
    }
  };
  child.on('message', hear);
  let worldError: unknown = null;
  options.live?.whole.then(
    () => ask({ kind: 'whole' }),
    (error: unknown) => {
      worldError = error;
      child.kill('SIGKILL');
    },
  );
  ask({ kind: 'plan', plan, tellsHeap: options.watch !== undefined, stays });
  if (child.pid !== undefined)
    options.watch?.started({ driverPid: child.pid, targetPid: plan.target.pid, targetUrl: plan.target.url });
  if (options.signal?.aborted === true) interrupt();
  return over.then((how) => {
    isOver = true;
    clearTimeout(killer);
    child.off('message', hear);
    child.stderr?.off('data', complain);
    options.signal?.removeEventListener('abort', interrupt);
    if (worldError !== null) throw worldError;
    if (outcome?.kind === 'done') return outcome.summary;
    if (outcome?.kind === 'failed') throw new HundredblockError(outcome.code, outcome.message);
    throw new HundredblockError(
      'HB_INTERNAL',
      `the driver ended with ${how}: ${stderr.trim().split('\n').at(-1) ?? ''}`,
    );
  });
}
