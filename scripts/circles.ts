/** Circles in a graph of names. */

/**
 * Groups of two or more nodes in which each leads to every other, and nodes that lead to themselves, each group once (Tarjan 1972).
 * Arrows to names that are no node are ignored.
 */
export function stronglyConnected(arrows: ReadonlyMap<string, ReadonlySet<string>>): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (node: string): void => {
    order.set(node, order.size);
    lowest.set(node, order.get(node)!);
    stack.push(node);
    for (const next of arrows.get(node)!) {
      if (!arrows.has(next)) continue;
      if (!order.has(next)) visit(next);
      if (stack.includes(next)) lowest.set(node, Math.min(lowest.get(node)!, lowest.get(next)!));
    }
    if (lowest.get(node) !== order.get(node)) return;
    const group = stack.splice(stack.indexOf(node));
    if (group.length > 1 || arrows.get(node)!.has(node)) found.push(group);
  };
  for (const node of arrows.keys()) if (!order.has(node)) visit(node);
  return found;
}
