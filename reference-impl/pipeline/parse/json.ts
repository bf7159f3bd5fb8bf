/** JSON text to a value; undefined (which no JSON text means) where it can't be read. */
export function readJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
