/**
 * The service's log: JSON lines, each with a code of ours and fields that are numbers, codes and names of agencies. It has no way to
 * take a message, a header or an error's text, so that nothing private can get into it by mistake.
 */
import { destination, pino, type DestinationStream } from 'pino';

const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Values in closed words: codes, counts, durations, agency ids. Never what somebody sent. */
export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

export interface Log {
  debug(code: string, fields?: LogFields): void;
  info(code: string, fields?: LogFields): void;
  warn(code: string, fields?: LogFields): void;
  error(code: string, fields?: LogFields): void;
  /** Writes out what waits; for the end of the process. */
  flush(): void;
}

/** A log to `stream`, standard error where it is left out. A reader that stops reading costs lines, never the service. */
export function createLog(level: LogLevel, stream: DestinationStream & { flushSync?: () => void } = stderr()): Log {
  const logger = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      messageKey: 'code',
      // A second net: the doors never hand these in.
      redact: { paths: [...PRIVATE_FIELDS], remove: true },
    },
    stream,
  );
  return {
    debug: (code, fields = {}) => logger.debug(fields, code),
    info: (code, fields = {}) => logger.info(fields, code),
    warn: (code, fields = {}) => logger.warn(fields, code),
    error: (code, fields = {}) => logger.error(fields, code),
    flush() {
      try {
        stream.flushSync?.();
      } catch {
        // Standard error is gone or not open yet: nobody is left to tell.
      }
    },
  };
}

/** What may be said of an error that nobody foresaw: its name, code and stack, without its text, which may quote what was sent. */
export function errorFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: typeof error };
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return {
    error: error.name,
    errorCode: (error as NodeJS.ErrnoException).code ?? null,
    stack: frames.slice(0, STACK_FRAMES).join('\n'),
  };
}

// --- internal ---

const STACK_FRAMES = 12;
const WAITING_BYTES_MAX = 1 << 20;
const PRIVATE_FIELDS = ['body', 'text', 'token', 'authorization', 'headers', 'query', 'url', 'resident', 'message'];

/** Not synchronous: a full pipe would stop the service. What waits beyond the bound is dropped. */
function stderr() {
  return destination({ fd: 2, sync: false, maxLength: WAITING_BYTES_MAX });
}
