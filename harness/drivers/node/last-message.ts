/** The last message of a process to the one that started it. */

/**
 * Sends it, and leaves the channel once it is through: a process that leaves at once cuts off a message that does not fit into a pipe,
 * such as the seconds of an hour.
 */
export async function sendLastMessage(message: object): Promise<void> {
  if (!process.connected) return;
  await new Promise<void>((resolve) => process.send?.(message, () => resolve()));
  if (process.connected) process.disconnect();
}
