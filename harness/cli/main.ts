/** The command line: finds the command, prints its errors in one line each, and is the only place that ends the process. */
import { readFileSync } from 'node:fs';
import { EXIT, HundredblockError } from '../../contract/errors.ts';
import { nearest } from '../options/nearest.ts';
import { parseArgs, type Args } from './args.ts';
import { COMMANDS, type CommandName } from './spec.ts';
import { write } from './write.ts';

/** Runs the command that `argv` names (program and script left out), then ends the process with its exit code. */
export async function main(argv: readonly string[]): Promise<never> {
  const interrupt = new AbortController();
  const stop = (): void => {
    if (interrupt.signal.aborted) process.exit(EXIT.interrupted);
    interrupt.abort();
    // A service's stderr is its log, one JSON value a line, and says itself that it stops.
    if (argv[0] !== 'serve')
      process.stderr.write('hundredblock: interrupted, writing what there is; Ctrl-C again to stop at once\n');
  };
  // Schedulers and containers end a run with SIGTERM: it leaves the same partial record as Ctrl-C.
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  // A reader that leaves early (`| head`) is no failure of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) =>
    process.exit(error.code === 'EPIPE' ? EXIT.done : EXIT.failed),
  );
  process.stderr.on('error', () => {});
  process.exit(await run(argv, interrupt.signal).catch(complain));
}

// --- internal ---

async function run(argv: readonly string[], signal: AbortSignal): Promise<number> {
  const [first, ...rest] = argv;
  if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
    const { helpPage } = await import('./help.ts');
    const stream = first === undefined ? process.stderr : process.stdout;
    await write(stream, `${helpPage()}\n`);
    return first === undefined ? EXIT.usage : EXIT.done;
  }
  if (first === '--version') {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    await write(process.stdout, `${version}\n`);
    return EXIT.done;
  }
  if (!Object.hasOwn(COMMANDS, first)) {
    const near = nearest(first.replace(/^--?/, ''), Object.keys(COMMANDS));
    throw new HundredblockError(
      'HB_USAGE',
      `unknown command ${JSON.stringify(first)}, did you mean ${near}? see hundredblock --help`,
    );
  }
  const name = first as CommandName;
  const args = parseArgs(COMMANDS[name], rest);
  if (args.help) {
    const { commandPage } = await import('./help.ts');
    await write(process.stdout, `${commandPage(COMMANDS[name])}\n`);
    return EXIT.done;
  }
  return dispatch(name, args, rest, signal);
}

/** Each command is imported only when it is asked for, so that the others cost no start-up time. */
async function dispatch(name: CommandName, args: Args, argv: readonly string[], signal: AbortSignal): Promise<number> {
  switch (name) {
    case 'start':
      return (await import('./start.ts')).start(args, signal);
    case 'simulate':
      return (await import('./simulate.ts')).simulate(args, signal);
    case 'replay':
      return (await import('./replay.ts')).replayFiles(args, argv, signal);
    case 'report':
      return (await import('./report.ts')).report(args);
    case 'serve':
      return (await import('./serve.ts')).serve(args, signal);
    case 'load':
      return (await import('./load.ts')).load(args, signal);
    case 'trace':
      return (await import('./trace.ts')).trace(args, signal);
    case 'judge':
      return (await import('./judge.ts')).judge(args);
    case 'capacity':
      return (await import('./capacity.ts')).capacity(args, signal);
    case 'soak':
      return (await import('./soak.ts')).soak(args, signal);
    case 'compare':
      return (await import('./compare.ts')).compare(args, signal);
    case 'conform':
      return (await import('./conform.ts')).conform(args, signal);
    case 'sweep':
      return (await import('./sweep.ts')).sweep(args, signal);
    case 'merge':
      return (await import('./merge.ts')).merge(args);
    case 'calibrate':
      return (await import('./calibrate.ts')).calibrateFiles(args);
    case 'validate':
      return (await import('./validate.ts')).validate(args);
    case 'doctor':
      return (await import('./doctor.ts')).doctor();
  }
}

async function complain(error: unknown): Promise<number> {
  const known = error instanceof HundredblockError ? error : new HundredblockError('HB_INTERNAL', describe(error));
  const lines = known.message.split('\n').map((line) => `hundredblock: ${known.code}: ${line}\n`);
  await write(process.stderr, lines.join(''));
  return known.exitCode;
}

/** An unforeseen error in one line; its stack only where HUNDREDBLOCK_DEBUG asks for it. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (process.env.HUNDREDBLOCK_DEBUG !== undefined) return error.stack ?? error.message;
  return `unforeseen ${error.name}: ${error.message.replace(/\s*\n\s*/g, ' ')} (HUNDREDBLOCK_DEBUG=1 shows where)`;
}
