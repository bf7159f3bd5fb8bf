import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { commandsDoc } from './commands-doc.ts';
import { COMMANDS } from './commands.ts';

describe('docs/reference/commands.md', () => {
  it('is current: npm run commands-doc writes it', () => {
    const page = readFileSync(new URL('../../docs/reference/commands.md', import.meta.url), 'utf8');
    expect(page).toBe(commandsDoc());
  });

  it.each(Object.values(COMMANDS))('has the flags and examples of $name', ({ name, flags, examples }) => {
    const [, section] = commandsDoc().split(`## hundredblock ${name}\n`);
    const text = section.split('\n## ')[0];
    for (const flag of Object.keys(flags)) expect(text).toMatch(new RegExp(`^\\| \`--${flag}[ \`]`, 'm'));
    for (const example of examples) expect(text).toContain(`\n${example}\n`);
  });

  it('has prose of at most 100 columns', () => {
    const prose = commandsDoc()
      .split('```')
      .filter((_, i) => i % 2 === 0)
      .flatMap((part) => part.split('\n'))
      .filter((line) => !line.startsWith('|'));
    expect(prose.filter((line) => line.length > 100)).toEqual([]);
  });
});
