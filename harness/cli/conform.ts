/** `hundredblock conform`: what a system gets right of docs/reference/contract.md. */
import { EXIT, HundredblockError } from '../../contract/errors.ts';
import { valueOf, type Args } from './args.ts';
import { write } from './write.ts';

/** How long to wait for what must come. */
const PATIENCE_MS = 5000;
const KEY_VARIABLE = 'HUNDREDBLOCK_HARNESS_KEY';

/** Runs the checks and answers the exit code: 1 where one failed. Errors are thrown as HundredblockError. */
export async function conform(args: Args, signal: AbortSignal): Promise<number> {
  const target = loopbackUrl(args, 'target', ['http:']);
  const mqtt = loopbackUrl(args, 'mqtt', ['mqtt:', 'ws:']);
  if (target === null) throw new HundredblockError('HB_USAGE', '--target: expected the URL of a target, found nothing');
  const [{ CHECK_GROUPS, conform: run }, { countLine, findingLines }, { nearest }] = await Promise.all([
    import('../conform/conform.ts'),
    import('../conform/check.ts'),
    import('../options/nearest.ts'),
  ]);
  const names = CHECK_GROUPS.flatMap(({ name, checks }) => [name, ...checks.map((check) => `${name}.${check.name}`)]);
  const only = args.values.get('only') ?? [];
  for (const name of only)
    if (!names.includes(name))
      throw new HundredblockError(
        'HB_OPTION_VALUE',
        `--only: expected a group of checks or one check, found ${JSON.stringify(name)}, did you mean ${nearest(name, names)}?`,
      );

  const json = args.switches.has('json');
  const findings = await run({
    target,
    mqtt: mqtt?.href ?? null,
    harnessKey: valueOf(args, 'harness-key') ?? process.env[KEY_VARIABLE] ?? '',
    only,
    patienceMs: PATIENCE_MS,
    signal,
    onFinding: (finding) => void (json || process.stdout.write(`${findingLines(finding).join('\n')}\n`)),
  });
  const failed = findings.some(({ state }) => state === 'fail');
  const partial = signal.aborted;
  if (json) await write(process.stdout, `${JSON.stringify({ target: target.href, partial, findings })}\n`);
  else await write(process.stdout, `\n${countLine(findings)}\n`);
  return partial ? EXIT.interrupted : failed ? EXIT.failed : EXIT.done;
}

// --- internal ---

/** The URL given for a flag, or null. Throws HB_OPTION_VALUE for one that leads off this machine: load is synthetic, and stays here. */
function loopbackUrl(args: Args, name: string, protocols: readonly string[]): URL | null {
  const text = valueOf(args, name);
  if (text === undefined) return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  const isLoopback = url !== null && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (isLoopback && protocols.includes(url.protocol)) return url;
  const expected = `a loopback URL such as ${protocols[0]}//127.0.0.1:8080`;
  throw new HundredblockError('HB_OPTION_VALUE', `--${name}: expected ${expected}, found ${JSON.stringify(text)}`);
}
