/** True where arrays and objects stand more than so many levels deep in a JSON value. Without recursion, so that nesting meant to exhaust the stack is found and not followed. */
export function isDeeperThan(value: unknown, depthMax: number): boolean {
  const todo: [unknown, number][] = [[value, 0]];
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    const [inner, depth] = next;
    if (typeof inner !== 'object' || inner === null) continue;
    if (depth >= depthMax) return true;
    for (const part of Object.values(inner)) todo.push([part, depth + 1]);
  }
  return false;
}
