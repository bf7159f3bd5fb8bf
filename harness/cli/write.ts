/** Writes all of a text and resolves once the stream took it: a process that ends sooner would cut off what a pipe had not read yet. */
export function write(stream: NodeJS.WritableStream, text: string): Promise<void> {
  return new Promise((resolve) => {
    stream.write(text, () => resolve());
  });
}
