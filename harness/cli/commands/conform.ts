/** `hundredblock conform`. */
import { EXIT, HundredblockError } from '../../../contract/errors.ts';
import { didYouMean } from '../../../contract/nearest.ts';
import { defineCommand } from '../command.ts';
import { HARNESS_KEY, KEY_VARIABLE } from '../common-flags.ts';
import { flag, list, value } from '../flags.ts';
import { write } from '../write.ts';

/** How long a check waits for an answer or a message. */
const PATIENCE_MS = 5000;

export const conform = defineCommand({
  name: 'conform',
  summary: 'check a running system against docs/reference/contract.md; it is onboarded anew',
  usage: '--target URL',
  positionals: { min: 0, max: 0 },
  flags: {
    target: value('URL', 'address that it listens on; loopback http only', {
      ...loopback(['http:'], 8080),
      required: true,
    }),
    mqtt: value('URL', 'its MQTT broker; without one doorbells are skipped', loopback(['mqtt:', 'ws:'], 1883)),
    'harness-key': HARNESS_KEY,
    only: list('GROUP', 'only this group, or this check (auth.none)'),
    json: flag('print the findings alone on stdout, as JSON'),
  },
  examples: [
    'hundredblock conform --target http://127.0.0.1:8080 --harness-key KEY',
    'hundredblock conform --target http://127.0.0.1:8080 --mqtt mqtt://127.0.0.1:1883 --only auth --only stream',
  ],

  async run({ flags }, signal): Promise<number> {
    const { target, mqtt, only, json } = flags;
    const [{ CHECK_GROUPS, conform: check }, { countLine, findingLines }] = await Promise.all([
      import('../../conform/conform.ts'),
      import('../../conform/check.ts'),
    ]);
    expectNames(
      only,
      CHECK_GROUPS.flatMap(({ name, checks }) => [name, ...checks.map((one) => `${name}.${one.name}`)]),
    );
    const findings = await check({
      target,
      mqtt: mqtt?.href ?? null,
      harnessKey: flags['harness-key'] ?? process.env[KEY_VARIABLE] ?? '',
      only,
      patienceMs: PATIENCE_MS,
      signal,
      onFinding: (finding) => void (json || process.stdout.write(`${findingLines(finding).join('\n')}\n`)),
    });
    const partial = signal.aborted;
    if (json) await write(process.stdout, `${JSON.stringify({ target: target.href, partial, findings })}\n`);
    else await write(process.stdout, `\n${countLine(findings)}\n`);
    if (partial) return EXIT.interrupted;
    return findings.some(({ state }) => state === 'fail') ? EXIT.failed : EXIT.done;
  },
});

// --- internal ---

/** A URL of this machine: load is synthetic, and stays here. */
function loopback(protocols: readonly string[], port: number) {
  return {
    expected: `a loopback URL such as ${protocols[0]}//127.0.0.1:${port}`,
    parse: (given: string): URL | undefined => {
      const url = URL.canParse(given) ? new URL(given) : null;
      const isLoopback = url !== null && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
      return isLoopback && protocols.includes(url.protocol) ? url : undefined;
    },
  };
}

function expectNames(asked: readonly string[], names: readonly string[]): void {
  const unknown = asked.find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw new HundredblockError(
    'HB_OPTION_VALUE',
    `--only: expected a group of checks or one check, found ${JSON.stringify(unknown)}${didYouMean(unknown, names)}`,
  );
}
