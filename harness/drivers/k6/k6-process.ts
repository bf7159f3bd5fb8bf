/** k6 as a child process that runs harness/drivers/k6/scripts/city.ts. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { packagePath } from '../../io/package.ts';
import { LIMITS, type DriveOptions } from '../driver-api.ts';

const SCRIPT = packagePath('harness/drivers/k6/scripts/city.ts');
/** k6 ends by itself with this code if a threshold was crossed: whether that matters is for the judge to say. */
const EXIT_THRESHOLDS = 99;
/** After it was asked to end, k6 may take this long. */
const STOP_MS = 60_000;
const LOG_LINES_SHOWN = 500;
const ERROR_LENGTH_MAX = 300;
/** VUs that hold residents and doorbells, by the scripts' defaults. */
const HOLDERS = 12;
const PATIENCE_MAX = 10;

/** The file, in k6's folder, that the scripts' log lines go to. */
export const LOG_LINES_FILE = 'k6.out';

/** A target, as the scripts are told of it. */
export interface ScriptTarget {
  url: string;
  /** URL at which its broker takes WebSocket connections; null: doorbells are left out. */
  mqttWebSocket: string | null;
  harnessKey: string | null;
  onboarded: boolean;
}

/** The program, its target and its surroundings. */
export interface K6ProcessOptions {
  /** Path of the program. */
  k6: string;
  /** Folder for what k6 writes; must exist. */
  dir: string;
  options: DriveOptions;
  target: ScriptTarget;
  /** URLs of hosted portals, by agency index. */
  portals: ReadonlyMap<number, string>;
}

/** k6 starts when this is made. */
export class K6Process {
  readonly #child: ChildProcess;
  readonly #logPath: string;
  #killer: NodeJS.Timeout | undefined;
  #hasEnded = false;
  /** Resolves when it has ended: with null if its run is complete, else with the reason in words. */
  readonly ended: Promise<string | null>;

  constructor(options: K6ProcessOptions) {
    this.#logPath = join(options.dir, 'k6.log');
    const child = start(options, this.#logPath);
    this.#child = child;
    // It is in a process group of its own, so that a Ctrl-C does not end it before the run; but it must not outlive this process.
    const orphan = (): void => void child.kill('SIGKILL');
    process.once('exit', orphan);
    this.ended = new Promise<string | null>((settle) => {
      child.once('error', (error: NodeJS.ErrnoException) => settle(error.code ?? 'an error'));
      child.once('exit', (code, signal) =>
        settle(code === 0 || code === EXIT_THRESHOLDS ? null : (signal ?? `exit code ${code}`)),
      );
    }).finally(() => {
      this.#hasEnded = true;
      clearTimeout(this.#killer);
      process.off('exit', orphan);
    });
  }

  /** Undefined if it could not be started, or has ended. */
  get pid(): number | undefined {
    return this.#hasEnded ? undefined : this.#child.pid;
  }

  /** Asks it to end; kills it if it takes too long. */
  stop(): void {
    if (this.#hasEnded || this.#killer !== undefined) return;
    this.#child.kill('SIGINT');
    this.#killer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS);
  }

  /** The first error among the last lines of its log, as `: text`; empty if there is none. */
  firstError(): string {
    const lines = readFileSync(this.#logPath, 'utf8').split('\n').slice(-LOG_LINES_SHOWN);
    const line = lines.find((one) => /Error: |level=error|rror/.test(one));
    return line === undefined ? '' : `: ${line.replace(/^.*?Error: /, '').slice(0, ERROR_LENGTH_MAX)}`;
  }
}

// --- internal ---

function start({ k6, dir, options, target, portals }: K6ProcessOptions, logPath: string): ChildProcess {
  const { traceDir, speed, limits } = options;
  const { deliveriesMax, triesMax } = { ...LIMITS, ...limits };
  const log = openSync(logPath, 'w');
  const output = ['--console-output', join(dir, LOG_LINES_FILE), '--log-format', 'raw'];
  try {
    return spawn(k6, ['run', '--quiet', '--no-color', '--address', '', ...output, SCRIPT], {
      stdio: ['ignore', log, log],
      detached: true,
      // The key goes by the environment: everybody on the machine can read arguments.
      env: {
        ...process.env,
        K6_NO_USAGE_REPORT: 'true',
        K6_AUTO_EXTENSION_RESOLUTION: 'false',
        HUNDREDBLOCK_TRACE: resolve(traceDir),
        HUNDREDBLOCK_TARGET: target.url,
        HUNDREDBLOCK_MQTT_WS: target.mqttWebSocket ?? 'off',
        HUNDREDBLOCK_HARNESS_KEY: target.harnessKey ?? '',
        HUNDREDBLOCK_ONBOARDED: target.onboarded ? 'yes' : 'no',
        HUNDREDBLOCK_SPEED: String(speed),
        HUNDREDBLOCK_OUT: dir,
        HUNDREDBLOCK_PORTALS: JSON.stringify(Object.fromEntries(portals)),
        HUNDREDBLOCK_PATIENCE: String(patience()),
        HUNDREDBLOCK_TRIES_MAX: String(triesMax),
        HUNDREDBLOCK_LOG_ENTRIES_MAX: String(Math.ceil(deliveriesMax / HOLDERS)),
      },
    });
  } finally {
    closeSync(log);
  }
}

/** Factor on the time to connect everybody: k6 needs longer if it shares the processors with other work. */
function patience(): number {
  return Math.round(Math.min(PATIENCE_MAX, Math.max(1, loadavg()[0] / availableParallelism())) * 10) / 10;
}
