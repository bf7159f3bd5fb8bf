/** The text of docs/reference/commands.md, written from the commands. */
import type { Command } from './command.ts';
import { COMMANDS } from './commands.ts';
import type { Flag } from './flags.ts';
import { EXIT_CODES } from './help.ts';

const COLUMNS_MAX = 100;

/** The whole document, as Markdown. */
export function commandsDoc(): string {
  const commands: readonly Command[] = Object.values(COMMANDS);
  return [INTRODUCTION, exitCodes(), index(commands), ...commands.map(section)].join('\n\n').concat('\n');
}

// --- internal ---

const INTRODUCTION = [
  '# Commands',
  wrap('Written by `npm run commands-doc` from `harness/cli/commands/`; a test checks that it is current.'),
  wrap(
    'In a checkout, `npx hundredblock` or `node bin/hundredblock.js` is the command. `--help` after any command shows its page. ' +
      'A flag takes its value as `--name value` or `--name=value`; if it is given twice, the last value wins, but a list takes them all. A time is written as 250ms, 90s, 15m, 1.5h or 2d. After `--` all words are positional. ' +
      'A misspelt option is refused with the nearest valid name, and a wrong value with what was expected and what was found.',
  ),
].join('\n\n');

function exitCodes(): string {
  const rows = EXIT_CODES.map(([exitCode, meaning]) => `| \`${exitCode}\` | ${meaning} |`);
  return ['## Exit codes', '', '| Code | Meaning |', '|---|---|', ...rows].join('\n');
}

function index(commands: readonly Command[]): string {
  const rows = commands.map(({ name, summary }) => `| [\`${name}\`](#hundredblock-${name}) | ${cell(summary)} |`);
  return ['## The commands', '', '| Command | What it does |', '|---|---|', ...rows].join('\n');
}

function section({ name, summary, usage, flags, examples }: Command): string {
  const rows = Object.entries(flags).map(row);
  const table = ['| Option | Type | Default | Meaning |', '|---|---|---|---|', ...rows].join('\n');
  return [
    `## hundredblock ${name}`,
    wrap(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`),
    block([`hundredblock ${name} ${usage} [options]`.replace('  ', ' ')]),
    ...(rows.length === 0 ? [] : [table]),
    'Examples:',
    block(examples),
  ].join('\n\n');
}

function row([name, flag]: [string, Flag<unknown>]): string {
  const { placeholder, help, type, default: standard, required } = flag;
  const option = `\`--${name} ${placeholder}`.trimEnd().replaceAll('|', '\\|').concat('`');
  return `| ${option} | ${cell(type)} | ${required ? 'required' : cell(standard ?? '')} | ${cell(help)} |`;
}

function block(lines: readonly string[]): string {
  return ['```', ...lines, '```'].join('\n');
}

/** Text for a table, without signs that Markdown would take for its own. */
function cell(text: string): string {
  return text.replaceAll(/[|<]/g, '\\$&');
}

/** The text in lines of at most COLUMNS_MAX characters. */
function wrap(text: string): string {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`.trimStart();
    if (longer.length > COLUMNS_MAX) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines.join('\n');
}
