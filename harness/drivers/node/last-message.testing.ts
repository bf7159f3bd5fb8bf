/** A process with a lot to say at its end. */
import { sendLastMessage } from './last-message.ts';

await sendLastMessage({
  seconds: Array.from({ length: 20_000 }, (_, second) => ({ second, lagMaxMs: 1.234, cpu: 0.1234 })),
});
