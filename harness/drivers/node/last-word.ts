/** The last message of a process to the one that started it. */

/** Leaves the channel once the message is through: one that is left at once cuts off what does not fit into a pipe, such as the seconds of an hour. */
export async function lastWord(message: object): Promise<void> {
  if (!process.connected) return;
  await new Promise<void>((resolve) => process.send?.(message, () => resolve()));
  if (process.connected) process.disconnect();
}
