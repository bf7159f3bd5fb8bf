/** Sets one option of a scenario by its path, as `--set path=value` asks. */
import type { TSchema } from 'typebox';
import { joinPath, optionPaths, shown, unknownName, wrongValue, type Problem } from '../../contract/explain.ts';
import { ScenarioSchema } from '../../contract/scenario.ts';

/**
 * Applies one `path=value` to `scenario`, in place. Returns the problem if the path leads to no single option, else null; whether the value fits is seen when
 * the scenario is checked as a whole.
 */
export function setOption(scenario: Record<string, unknown>, assignment: string): Problem | null {
  const equals = assignment.indexOf('=');
  if (equals <= 0) return wrongValue('--set', 'path=value', shown(assignment));
  let node = ScenarioSchema as Node;
  let holder: Record<string, unknown> = scenario;
  let path = '';
  const names = assignment.slice(0, equals).split('.');
  for (const [i, name] of names.entries()) {
    const next = step(node, holder, name, path);
    if ('code' in next) return next;
    node = next;
    path = joinPath(path, name);
    if (i === names.length - 1) break;
    const inner = holder[name];
    if (typeof inner !== 'object' || inner === null)
      return leadsNowhere(joinPath(path, names[i + 1]), `${path} is a single value`);
    holder = inner as Record<string, unknown>;
  }
  if (node.type === 'object' || node.type === 'array') {
    const members = node.properties === undefined ? '0, 1, ...' : Object.keys(node.properties).join(', ');
    return leadsNowhere(path, `it is a group, set one of its members (${members})`);
  }
  holder[names.at(-1)!] = parseScalar(node, assignment.slice(equals + 1));
  return null;
}

// --- internal ---

/** The parts of a schema that a path leads through. */
interface Node extends TSchema {
  type?: string;
  properties?: Record<string, Node>;
  items?: Node;
}

const PATHS = optionPaths(ScenarioSchema);

/** The schema of the member `name` of an object or list, or the problem if it has none. */
function step(node: Node, value: unknown, name: string, path: string): Node | Problem {
  if (node.type === 'array') {
    const length = Array.isArray(value) ? value.length : 0;
    if (/^(0|[1-9]\d{0,4})$/.test(name) && Number(name) < length) return node.items!;
    return leadsNowhere(
      joinPath(path, name),
      length === 0 ? `${path} is empty` : `${path} has entries 0 to ${length - 1}`,
    );
  }
  if (node.type !== 'object') return leadsNowhere(joinPath(path, name), `${path} is a single value`);
  const { properties = {} } = node;
  return Object.hasOwn(properties, name) ? properties[name] : unknownName(path, name, Object.keys(properties), PATHS);
}

function leadsNowhere(path: string, reason: string): Problem {
  return { code: 'HB_OPTION_UNKNOWN', path, text: `unknown option ${path}: ${reason}` };
}

/** A JSON scalar (`0.5`, `true`, `null`) if the text is one, else the text as it stands (`off`). */
function parseScalar(node: Node, text: string): unknown {
  if (node.type === 'string') return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
