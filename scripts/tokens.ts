/**
 * TypeScript source as tokens, comments left out: enough to see imports and operators without a parser (TypeScript 7 has no
 * JavaScript API). Strings, templates and regular expressions are told apart from code, so that nothing inside them counts.
 */
export interface Token {
  kind: 'word' | 'string' | 'template' | 'regex' | 'number' | 'punctuation';
  /** A string's text without its quotes; anything else as it stands. */
  text: string;
  line: number;
}

/** Tokens in order. The code inside a template's `${...}` follows the template's own token. */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  scan(source, 0, 1, tokens, false);
  return tokens;
}

// --- internal ---

const WORD = /[\p{L}_$][\p{L}\p{N}_$]*/uy;
const NUMBER = /\.?\d[\w.]*/y;
const STRING = /'(?:[^'\\\n]|\\[^])*'|"(?:[^"\\\n]|\\[^])*"/y;
const REGEX = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
const COMMENT = /\/\/[^\n]*|\/\*[^]*?\*\//y;
const OPERATOR = /\*\*=?|=>|\?\.|\.\.\.|[^\s]/y;
/** After these words a slash opens a regular expression; after any other word it divides. */
const BEFORE_REGEX = new Set([
  'return',
  'typeof',
  'case',
  'in',
  'of',
  'do',
  'else',
  'void',
  'delete',
  'throw',
  'new',
  'await',
  'yield',
  'instanceof',
]);

/** Scans from `at`; with `nested`, up to the brace that closes a template's expression. Returns where it stopped and the line there. */
function scan(source: string, at: number, line: number, tokens: Token[], nested: boolean): [number, number] {
  let depth = 0;
  const match = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    return pattern.exec(source)?.[0] ?? null;
  };
  const take = (kind: Token['kind'], raw: string, text = raw) => {
    tokens.push({ kind, text, line });
    advance(raw);
  };
  const advance = (raw: string) => {
    at += raw.length;
    line += raw.split('\n').length - 1;
  };
  while (at < source.length) {
    const char = source[at];
    if (/\s/.test(char)) {
      advance(char);
      continue;
    }
    const comment = char === '/' ? match(COMMENT) : null;
    if (comment !== null) {
      advance(comment);
      continue;
    }
    if (char === '`') {
      [at, line] = scanTemplate(source, at, line, tokens);
      continue;
    }
    const text = match(STRING);
    if (text !== null) {
      take('string', text, text.slice(1, -1));
      continue;
    }
    const regex = char === '/' && opensRegex(tokens.at(-1)) ? match(REGEX) : null;
    if (regex !== null) {
      take('regex', regex);
      continue;
    }
    const word = match(WORD);
    const number = word === null ? match(NUMBER) : null;
    if (word !== null || number !== null) {
      take(word === null ? 'number' : 'word', (word ?? number)!);
      continue;
    }
    if (char === '{') depth += 1;
    if (char === '}') {
      if (nested && depth === 0) return [at, line];
      depth -= 1;
    }
    take('punctuation', match(OPERATOR) ?? char);
  }
  return [at, line];
}

function scanTemplate(source: string, start: number, startLine: number, tokens: Token[]): [number, number] {
  let at = start + 1;
  let line = startLine;
  const token: Token = { kind: 'template', text: '', line };
  tokens.push(token);
  while (at < source.length && source[at] !== '`') {
    if (source.startsWith('${', at)) {
      token.text += '${}';
      [at, line] = scan(source, at + 2, line, tokens, true);
      at += 1;
      continue;
    }
    const length = source[at] === '\\' ? 2 : 1;
    const piece = source.slice(at, at + length);
    token.text += piece;
    line += piece.split('\n').length - 1;
    at += length;
  }
  return [at + 1, line];
}

function opensRegex(before: Token | undefined): boolean {
  if (before === undefined) return true;
  if (before.kind === 'word') return BEFORE_REGEX.has(before.text);
  return before.kind === 'punctuation' && ![')', ']', '}'].includes(before.text);
}
