/** The command line: finds the command, prints its errors in one line each, and is the only place that ends the process. */
import { EXIT, HundredblockError } from '../../contract/errors.ts';
import { didYouMean } from '../../contract/nearest.ts';
import { parseArgs } from './args.ts';
import type { Command } from './command.ts';
import { COMMANDS } from './commands.ts';
import { write } from './write.ts';

/** Runs the command that `argv` names (program and script left out), then ends the process with its exit code. */
export async function main(argv: readonly string[]): Promise<never> {
  const interrupt = new AbortController();
  const stop = (): void => {
    if (interrupt.signal.aborted) process.exit(EXIT.interrupted);
    interrupt.abort();
    // A service's stderr is its log, one JSON value a line, and the service itself logs that it stops.
    if (argv[0] !== 'serve')
      process.stderr.write('hundredblock: interrupted, writing what there is; Ctrl-C again to stop at once\n');
  };
  // Schedulers and containers end a run with SIGTERM: it leaves the same partial record as Ctrl-C.
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  // A reader that leaves early (`| head`) is not an error.
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
    const { readManifest } = await import('../io/package.ts');
    await write(process.stdout, `${readManifest().version}\n`);
    return EXIT.done;
  }
  const command = findCommand(first);
  const args = parseArgs(command, rest);
  if (!args.help) return command.run(args, signal);
  const { commandPage } = await import('./help.ts');
  await write(process.stdout, `${await commandPage(command)}\n`);
  return EXIT.done;
}

function findCommand(name: string): Command {
  if (Object.hasOwn(COMMANDS, name)) return (COMMANDS as Readonly<Record<string, Command>>)[name];
  const hint = didYouMean(name.replace(/^--?/, ''), Object.keys(COMMANDS));
  throw new HundredblockError(
    'HB_USAGE',
    `unknown command ${JSON.stringify(name)}${hint || ':'} see hundredblock --help`,
  );
}

async function complain(error: unknown): Promise<number> {
  const known = error instanceof HundredblockError ? error : new HundredblockError('HB_INTERNAL', describe(error));
  const lines = known.message.split('\n').map((line) => `hundredblock: ${known.code}: ${line}\n`);
  await write(process.stderr, lines.join(''));
  return known.exitCode;
}

/** An unforeseen error in one line; its stack only if HUNDREDBLOCK_DEBUG asks for it. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (process.env.HUNDREDBLOCK_DEBUG !== undefined) return error.stack ?? error.message;
  return `unforeseen ${error.name}: ${error.message.replace(/\s*\n\s*/g, ' ')} (HUNDREDBLOCK_DEBUG=1 shows where)`;
}
