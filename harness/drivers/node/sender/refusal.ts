/** Names for refusals that say nothing but an HTTP status. */
import type { Refusal } from '../../../../contract/wire.ts';

/** The name that an HTTP status has among our refusals, or the nearest to it. */
export function refusalByStatus(refusals: Readonly<Record<Refusal, number>>, status: number): Refusal {
  const named = (Object.keys(refusals) as Refusal[]).find((name) => refusals[name] === status);
  return named ?? (status < 500 ? 'invalid' : 'internal');
}
