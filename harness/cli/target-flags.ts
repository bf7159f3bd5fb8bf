/** The flags that name the target of a load, and the target that they name. */
import { HundredblockError } from '../../contract/errors.ts';
import type { UrlTarget } from '../drivers/driver-api.ts';
import type { Args } from './args.ts';
import { HARNESS_KEY, KEY_VARIABLE } from './common-flags.ts';
import { flag, text } from './flags.ts';

/** The flags of a command that loads one target. */
export const TARGET_FLAGS = {
  target: text('URL', 'a system that runs already, on this machine', {
    otherwise: 'the reference service, started for the run',
    repeats: true,
  }),
  mqtt: text('URL', "the target's MQTT broker; without one no doorbell is connected", { repeats: true }),
  'harness-key': HARNESS_KEY,
  onboarded: flag('the target was told agencies, residents and keys by other means', { repeats: true }),
} as const;

/**
 * The target that the flags name; null if the reference service is to be started. The key may come from `environment`.
 * Throws HB_USAGE if flags don't go together, and HB_TARGET for an address that is not of this machine.
 */
export async function readTarget(
  { flags, given }: Args<typeof TARGET_FLAGS>,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<UrlTarget | null> {
  const { target: url, mqtt: mqttUrl = null, onboarded } = flags;
  if (url === undefined) {
    const alone = ['mqtt', 'harness-key', 'onboarded'].find((name) => given.has(name));
    if (alone === undefined) return null;
    throw new HundredblockError('HB_USAGE', `--${alone}: expected --target beside it, found none`);
  }
  const harnessKey = flags['harness-key'] ?? environment[KEY_VARIABLE] ?? null;
  const target = await urlTarget({ url, mqttUrl, harnessKey, onboarded });
  if (harnessKey === null && !onboarded)
    throw new HundredblockError(
      'HB_USAGE',
      `--target: expected --harness-key (or ${KEY_VARIABLE}), or --onboarded for a target that was told agencies and residents by other means, found neither`,
    );
  return target;
}

/** A running target. Throws HB_TARGET if one of its addresses is not of this machine. */
export async function urlTarget({ url, mqttUrl, ...rest }: Omit<UrlTarget, 'kind'>): Promise<UrlTarget> {
  const { loopbackEndpoint } = await import('../drivers/target/loopback.ts');
  await loopbackEndpoint(url, 'http');
  if (mqttUrl !== null) await loopbackEndpoint(mqttUrl, 'mqtt');
  return { kind: 'url', url: url.replace(/\/+$/, ''), mqttUrl, ...rest };
}
