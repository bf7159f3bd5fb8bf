/** Help pages, written from the commands. */
import { EXIT } from '../../contract/errors.ts';
import type { Command } from './command.ts';
import { COMMANDS } from './commands.ts';
import type { Flag } from './flags.ts';

/** Every exit code and its meaning. */
export const EXIT_CODES: readonly (readonly [code: number, meaning: string])[] = [
  [EXIT.done, 'done'],
  [EXIT.failed, 'a check or the target failed'],
  [EXIT.usage, 'bad usage or scenario'],
  [EXIT.input, 'bad input file or output folder'],
  [EXIT.interrupted, 'interrupted'],
];

/** The page of `hundredblock --help`. */
export function helpPage(): string {
  const rows = Object.values(COMMANDS).map(({ name, summary }) => `  ${name.padEnd(10)} ${summary}`);
  return [
    'hundredblock: a seeded simulator and load-testing harness for neighbourhood crime alerts',
    '',
    'Usage: hundredblock <command> [options]',
    '',
    ...rows,
    '',
    'Options of every command: --help. Options of hundredblock itself: --version.',
    `Exit codes: ${EXIT_CODES.map(([code, meaning]) => `${code} ${meaning}`).join(', ')}.`,
  ].join('\n');
}

/** The page of `hundredblock <command> --help`. */
export async function commandPage(command: Command): Promise<string> {
  const { name, summary, usage, flags, examples } = command;
  const rows = [
    ...Object.entries(flags).map(([flag, spec]) => [`--${flag} ${spec.placeholder}`, `${spec.help}${factsText(spec)}`]),
    ['--help ', 'this page'],
  ];
  const width = Math.max(20, ...rows.map(([label]) => label.length));
  const lists = {
    Options: rows.map(([label, text]) => `${label.padEnd(width)} ${text}`),
    ...(await command.lists?.()),
    Examples: examples,
  };
  return [
    `hundredblock ${name}: ${summary}`,
    '',
    `Usage: hundredblock ${name} ${usage} [options]`.replace('  ', ' '),
    ...Object.entries(lists).flatMap(([heading, lines]) => ['', `${heading}:`, ...lines.map((line) => `  ${line}`)]),
  ].join('\n');
}

// --- internal ---

/** Types that say no more than the placeholder does. */
const PLAIN_TYPES: ReadonlySet<string> = new Set(['switch', 'text', 'word']);

/** Type and default in brackets, if there is anything to say. */
function factsText({ kind, type, default: standard, required }: Flag<unknown>): string {
  const facts = [
    ...(kind === 'list' ? ['may be given many times'] : PLAIN_TYPES.has(type) ? [] : [type]),
    ...(required ? ['required'] : []),
    ...(standard === null ? [] : [`default ${standard}`]),
  ];
  return facts.length === 0 ? '' : ` (${facts.join('; ')})`;
}
