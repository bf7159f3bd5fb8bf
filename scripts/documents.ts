/** Reads the claims of a Markdown page: its links, commands, scripts and pictures. test/documents.test.ts checks them for every page. */
import { posix } from 'node:path';
import { parseArgs } from '../harness/cli/args.ts';
import { COMMANDS, type CommandName } from '../harness/cli/commands.ts';

/** Text of the page at a path from the root; null if there is no such file. A folder's text is empty. */
export type ReadPage = (path: string) => string | null;

/** Relative links of a page that lead to no file, or to no heading of it. */
export function brokenLinks(path: string, text: string, readPage: ReadPage): string[] {
  const links = [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]);
  return links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [file, anchor] = link.split('#');
    const target = file === '' ? text : readPage(posix.normalize(posix.join(posix.dirname(path), file)));
    return target === null || (anchor !== undefined && !anchors(target).has(anchor));
  });
}

/** Every `hundredblock` line in the page's code blocks that the command line would refuse, with its reason. */
export function refusedCommands(text: string): string[] {
  return codeBlocks(text)
    .flatMap((block) => block.replace(/\\\n\s*/g, ' ').split('\n'))
    .flatMap((line) => {
      const words = commandWords(line);
      if (words === null) return [];
      const [name, ...rest] = words;
      if (!Object.hasOwn(COMMANDS, name)) return [`${line}: no such command`];
      try {
        parseArgs(COMMANDS[name as CommandName], rest);
        return [];
      } catch (error) {
        return [`${line}: ${(error as Error).message}`];
      }
    });
}

/** Names after `npm run` anywhere in a page. */
export function npmScripts(text: string): string[] {
  return [...text.matchAll(/npm run ([a-z][\w:-]*)/g)].map((match) => match[1]);
}

/** Words of a page, without its code blocks, its pictures' addresses and its links' addresses. */
export function wordCount(text: string): number {
  return withoutCodeBlocks(text)
    .replace(/\]\([^)]*\)/g, ']')
    .split(/\s+/)
    .filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
}

/** Addresses of the pictures that a page shows. */
export function pictures(text: string): string[] {
  return [...text.matchAll(/!\[[^\]]*\]\(([^)\s]+)\)/g)].map((match) => match[1]);
}

// --- internal ---

const FENCED = /^( *)(`{3,})[^\n]*\n([\s\S]*?)^\1\2 *$/gm;

function codeBlocks(text: string): string[] {
  const fenced = [...text.matchAll(FENCED)].map((match) => match[3]);
  const indented = [...withoutCodeBlocks(text).matchAll(/(?:^ {4}.*\n)+/gm)].map(([block]) => block);
  return [...fenced, ...indented];
}

function withoutCodeBlocks(text: string): string {
  return text.replace(FENCED, '');
}

function withoutCode(text: string): string {
  return withoutCodeBlocks(text).replace(/`[^`\n]*`/g, '');
}

/** Anchors that a page's headings give, as GitHub forms them. */
function anchors(text: string): Set<string> {
  const found = new Set<string>();
  for (const [, heading] of withoutCodeBlocks(text).matchAll(/^#{1,6} +(.+?) *$/gm)) {
    const slug = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-');
    let anchor = slug;
    for (let n = 1; found.has(anchor); n += 1) anchor = `${slug}-${n}`;
    found.add(anchor);
  }
  return found;
}

/** The words after `hundredblock`; null if the line runs something else, shows a usage, or leaves out words with `...`. */
function commandWords(line: string): string[] | null {
  const match = /^ *(?:\$ )?(?:\w+=\S+ +)*(?:npx hundredblock|node \S*bin\/hundredblock\.js|hundredblock) +(.+)$/.exec(
    line,
  );
  if (match === null || /\[options\]|<[\w.-]+>|\.\.\.$/.test(line)) return null;
  const [command] = match[1].split(/ +[#|] | +&$/);
  return [...command.matchAll(/(?:'[^']*'|"[^"]*"|\S)+/g)].map(([word]) => word.replace(/^(['"])(.*)\1$/, '$2'));
}
