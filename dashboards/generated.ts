/** The dashboards and rules that are generated from the catalogue, as the text of files. */
import { board, type BoardSpec } from './board.ts';
import { capacity } from './capacity.ts';
import { falseAlerts } from './false-alerts.ts';
import { feeds } from './feeds.ts';
import { k6 } from './k6.ts';
import { policeLoad } from './police-load.ts';
import { privacy } from './privacy.ts';
import { rulesYaml } from './rules.ts';

export const BOARDS: readonly BoardSpec[] = [capacity, falseAlerts, policeLoad, privacy, feeds];

/** Shows k6's own metrics, which k6 writes to Prometheus (docs/guides/k6.md). All other boards show ours. */
export const K6_BOARD: BoardSpec = k6;

/** The text of each file, by its path within this folder. */
export function generatedFiles(): Map<string, string> {
  const files = new Map<string, string>(
    [...BOARDS, K6_BOARD].map((spec) => [`grafana/${spec.slug}.json`, `${JSON.stringify(board(spec), null, 2)}\n`]),
  );
  return files.set('prometheus/rules.yml', rulesYaml());
}
