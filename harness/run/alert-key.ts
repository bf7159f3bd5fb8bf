/** The name of an alert on both clocks, by docs/rules.md: the harness's own code, on Node's crypto. */
import { createHmac } from 'node:crypto';

/** First 32 hex digits of HMAC-SHA-256(run key, `${agency id}\n${canonical record id}`). */
export function alertKey(runKey: string, agency: string, recordId: string): string {
  return createHmac('sha256', runKey).update(`${agency}\n${recordId}`).digest('hex').slice(0, 32);
}
