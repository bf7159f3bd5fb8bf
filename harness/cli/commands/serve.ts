/** `hundredblock serve`: reads the options, starts the service and waits for the signal that ends it. */
import { readFileSync, statSync } from 'node:fs';
import { EXIT, HundredblockError } from '../../../contract/errors.ts';
import { refusal } from '../../../contract/explain.ts';
import {
  flagOf,
  OPTIONS,
  resolveConfig,
  shownConfig,
  type OptionSpec,
  type Resolved,
} from '../../../reference-impl/server/config.ts';
import type { Service } from '../../../reference-impl/server/serve.ts';
import { packagePath } from '../../io/package.ts';
import type { Args } from '../args.ts';
import { defineCommand } from '../command.ts';
import { flag, text, type Flag } from '../flags.ts';
import { write } from '../write.ts';

const CONFIG_FILE_BYTES_MAX = 1_000_000;

/** The service's own table of options, as flags: it reads and checks their values itself, together with environment and file. */
const OPTION_FLAGS: Readonly<Record<string, Flag<string | undefined>>> = Object.fromEntries(
  OPTIONS.map((spec) => [
    flagOf(spec.name),
    {
      ...text(placeholder(spec), spec.help, { otherwise: String(spec.default ?? 'none') }),
      type: typeText(spec),
    },
  ]),
);

const FLAGS = {
  ...OPTION_FLAGS,
  config: text('FILE', 'options by name in a JSON file; environment and flags come first'),
  'print-config': flag('print every option, its value and where it comes from'),
} as const;

/**
 * Prints one line of JSON on stdout once every door is open:
 * `{"listening": {"http": URL, "mqtt": URL | null, "mqttWebSocket": URL | null}, "pid": N}`; logs go to stderr.
 */
export const serve = defineCommand({
  name: 'serve',
  summary: 'run the reference service: HTTP, MQTT and WebSocket doors around the same pipeline',
  usage: '',
  positionals: { min: 0, max: 0 },
  flags: FLAGS,
  examples: [
    'HUNDREDBLOCK_HARNESS_KEY=a-key-of-your-own hundredblock serve',
    'hundredblock serve --port 0 --mqtt-port 0 --data-dir /var/lib/hundredblock --log-level warn',
    'hundredblock serve --config serve.json --print-config',
  ],

  async run(args, signal): Promise<number> {
    const resolved = resolveArgs(args);
    if (args.flags['print-config']) {
      await write(process.stdout, `${JSON.stringify(shownConfig(resolved), null, 2)}\n`);
      return EXIT.done;
    }
    // The service answers a file size limit as it answers a full disk; the signal's default action would end it.
    process.on('SIGXFSZ', () => {});
    const { startService } = await import('../../../reference-impl/server/serve.ts');
    const service = await startService(resolved.config, readFileSync(packagePath('docs/asyncapi.json'), 'utf8'));
    await write(process.stdout, `${JSON.stringify({ listening: service.listening, pid: process.pid })}\n`);
    await Promise.race([aborted(signal), crashed(service)]);
    await service.stop();
    return EXIT.done;
  },
});

// --- internal ---

function placeholder(spec: OptionSpec): string {
  switch (spec.type) {
    case 'integer':
      return 'N';
    case 'word':
      return spec.words.join('|');
    case 'text':
      return spec.value;
  }
}

function typeText(spec: OptionSpec): string {
  switch (spec.type) {
    case 'integer':
      return `whole number from ${spec.min} to ${spec.max}`;
    case 'word':
      return spec.type;
    case 'text':
      return spec.expected.replace(/^an? /, '');
  }
}

/** The options in force. Throws HB_OPTION_UNKNOWN or HB_OPTION_VALUE, a line for each problem, or HB_USAGE for a file that can't be read. */
function resolveArgs({ flags }: Args<typeof FLAGS>): Resolved {
  const path = flags.config;
  const given = OPTIONS.flatMap(({ name }) => {
    const value = (flags as Readonly<Record<string, unknown>>)[flagOf(name)];
    return typeof value === 'string' ? [[name, value] as const] : [];
  });
  const resolved = resolveConfig({
    flags: new Map<string, string>(given),
    environment: process.env,
    file: path === undefined ? null : readConfigFile(path),
  });
  if (!Array.isArray(resolved)) return resolved;
  throw refusal(resolved);
}

/** The file may hold secrets: errors say nothing of its content. */
function readConfigFile(path: string): unknown {
  const refuse = (expected: string, found: string): HundredblockError =>
    new HundredblockError('HB_USAGE', `--config ${JSON.stringify(path)}: expected ${expected}, found ${found}`);
  let content: string;
  try {
    const stats = statSync(path);
    if (!stats.isFile()) throw refuse('a regular file', 'something else');
    if (stats.size > CONFIG_FILE_BYTES_MAX)
      throw refuse(`at most ${CONFIG_FILE_BYTES_MAX} bytes`, `${stats.size} bytes`);
    content = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof HundredblockError) throw error;
    throw refuse('a readable file', (error as NodeJS.ErrnoException).code ?? 'an unreadable one');
  }
  try {
    return JSON.parse(content.replace(/^\uFEFF/, ''));
  } catch {
    throw refuse('JSON', 'text that does not parse as JSON');
  }
}

/** Rejects on an error that nobody foresaw: the service can't be relied on then. */
function crashed(service: Service): Promise<never> {
  return new Promise((_resolve, reject) => {
    process.on('uncaughtException', (error) => {
      service.noteFailure(error);
      reject(new HundredblockError('HB_SERVE', `the service failed (${error.name}); its log tells where`));
    });
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
