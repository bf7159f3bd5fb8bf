/** Help pages, written from the commands' specs. */
import { SCENARIOS } from '../options/registry.ts';
import { COMMANDS, type CommandSpec } from './spec.ts';

export function helpPage(): string {
  const rows = Object.values(COMMANDS).map((spec) => `  ${spec.name.padEnd(10)} ${spec.summary}`);
  return [
    'hundredblock: a seeded simulator and load-testing harness for neighbourhood crime alerts',
    '',
    'Usage: hundredblock <command> [options]',
    '',
    ...rows,
    '',
    'Options of every command: --help. Of hundredblock itself: --version.',
    'Exit codes: 0 done, 1 a check failed, 2 bad usage or scenario, 3 bad input file or output folder, 130 interrupted.',
  ].join('\n');
}

export function commandPage(spec: CommandSpec): string {
  const lines = [
    `hundredblock ${spec.name}: ${spec.summary}`,
    '',
    `Usage: hundredblock ${spec.name} ${spec.usage} [options]`.replace('  ', ' '),
  ];
  const flags = Object.entries({ ...spec.flags, help: { kind: 'switch', value: '', help: 'this page' } });
  const width = Math.max(20, ...flags.map(([name, flag]) => `--${name} ${flag.value}`.length));
  lines.push(
    '',
    'Options:',
    ...flags.map(([name, flag]) => `  ${`--${name} ${flag.value}`.padEnd(width)} ${flag.help}`),
  );
  if (spec.name === 'simulate') {
    const rows = [...SCENARIOS.values()].map((scenario) => `  ${scenario.name.padEnd(20)} ${scenario.description}`);
    lines.push('', 'Scenarios:', ...rows);
  }
  lines.push('', 'Examples:', ...spec.examples.map((example) => `  ${example}`));
  return lines.join('\n');
}
