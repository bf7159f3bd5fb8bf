/**
 * Habits of wording that make comments and messages hard to read, found by a program (CONTRIBUTING.md, 'Plain English').
 * `tsx scripts/prose.ts [path ...]` prints each place in those files or folders, and a count of each habit.
 */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface Habit {
  path: string;
  line: number;
  habit: 'of' | 'as' | 'what' | 'so-many' | 'where';
  text: string;
}

/** Every such place in the comments of one TypeScript file, and for amounts in its strings too. */
export function habitsOf(path: string, source: string): Habit[] {
  const found: Habit[] = [];
  for (const { line, text } of commentsOf(source)) {
    for (const sentence of sentencesOf(text)) {
      for (const [habit, pattern] of FRAGMENTS) {
        if (pattern.test(sentence)) found.push({ path, line, habit, text: sentence });
      }
    }
    for (const { 0: match } of text.matchAll(CONDITIONAL_WHERE))
      found.push({ path, line, habit: 'where', text: match });
  }
  source.split('\n').forEach((text, i) => {
    for (const { 0: match } of text.matchAll(AMOUNT)) found.push({ path, line: i + 1, habit: 'so-many', text: match });
  });
  return found;
}

// --- internal ---

const AMOUNT = /\bso (?:many|much|long)\b/gi;
const CONDITIONAL_WHERE = /\bwhere\b[^.;:]{0,40}/gi;
const FRAGMENTS: readonly (readonly [Habit['habit'], RegExp])[] = [
  ['of', /^Of\b/],
  ['as', /^As\b(?! soon as| long as| a result)/],
  // A question is a sentence; "What it holds." is not.
  ['what', /^What\b[^?]*$/],
];

interface Comment {
  line: number;
  /** Without the comment's signs and line ends. */
  text: string;
}

/** Comments in order. A run of `//` lines is one comment. */
function commentsOf(source: string): Comment[] {
  const found: Comment[] = [];
  const pattern = /\/\*\*?([^]*?)\*\/|(?:^[ \t]*\/\/.*\n?)+|(?<=[;,{}()\]\s])\/\/ .*/gm;
  for (const match of source.matchAll(pattern)) {
    const text = match[0]
      .split('\n')
      .map((line) => line.replace(/^\s*(?:\/\*\*?|\*\/|\*|\/\/)\s?/, '').replace(/\s*\*\/\s*$/, ''))
      .join(' ')
      .trim();
    found.push({ line: source.slice(0, match.index).split('\n').length, text });
  }
  return found;
}

function sentencesOf(text: string): string[] {
  return text
    .split(/(?<=[.!?])\s+(?=[A-Z`'"])|\s+(?=@\w)/)
    .map((sentence) =>
      sentence
        .replace(/^@\w+\s+(?:\w+\s+-?\s*)?/, '')
        .replace(/^`[^`]*`:?\s+/, '')
        .trim(),
    )
    .filter((sentence) => sentence !== '');
}

function filesUnder(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .map((name) => `${path}/${name.replaceAll('\\', '/')}`)
    .filter((name) => name.endsWith('.ts') && !name.includes('node_modules') && statSync(name).isFile());
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const paths = process.argv.slice(2).map((path) => path.replace(/\/$/, ''));
  const found = paths.flatMap(filesUnder).flatMap((path) => habitsOf(path, readFileSync(path, 'utf8')));
  const places = found.map(({ path, line, habit, text }) => `${path}:${line}: ${habit}: ${text}`);
  const counts = [...new Set(found.map(({ habit }) => habit))].map(
    (habit) => `${habit}: ${found.filter((one) => one.habit === habit).length}`,
  );
  console.log([...places, ...counts].join('\n'));
}
