/** Everything that is generated from the catalogue for Grafana and Prometheus, as the text of files. */
import { board, type BoardSpec } from './board.ts';
import { capacity } from './capacity.ts';
import { falseAlerts } from './false-alerts.ts';
import { feeds } from './feeds.ts';
import { policeLoad } from './police-load.ts';
import { privacy } from './privacy.ts';
import { rulesYaml } from './rules.ts';

export const BOARDS: readonly BoardSpec[] = [capacity, falseAlerts, policeLoad, privacy, feeds];

/** Text by path from this folder. */
export function generatedFiles(): Map<string, string> {
  const files = new Map<string, string>(
    BOARDS.map((spec) => [`grafana/${spec.slug}.json`, `${JSON.stringify(board(spec), null, 2)}\n`]),
  );
  return files.set('prometheus/rules.yml', rulesYaml());
}
