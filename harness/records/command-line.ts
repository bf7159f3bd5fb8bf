/** A command of ours with its words quoted for a POSIX shell. */
export function commandLine(words: readonly string[]): string {
  const quoted = words.map((word) => (/^[\w./:=,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`));
  return ['hundredblock', ...quoted].join(' ');
}
