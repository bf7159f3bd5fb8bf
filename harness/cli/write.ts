/** Writes the whole text and resolves when the stream has taken it: a process that ends earlier cuts off what a pipe has not read yet. */
export function write(stream: NodeJS.WritableStream, text: string): Promise<void> {
  return new Promise((resolve) => {
    stream.write(text, () => resolve());
  });
}
