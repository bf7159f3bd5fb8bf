/** The alerting rules of a dashboard, drawn over time: Prometheus does not evaluate rules for a past that was loaded afterwards. */
import { lines, type PanelSpec } from './board.ts';
import { ALERTING } from './rules.ts';

export function rulesPanel(dashboard: string): PanelSpec {
  const rules = ALERTING.filter((rule) => rule.dashboard === dashboard);
  return lines(
    'Alerting rules',
    'Number of series for which each rule would fire at each moment, over all runs. Also shown for simulated time, in which Prometheus itself evaluates no rule',
    'short',
    Object.fromEntries(rules.map(({ alert, expr }) => [alert, `count(${expr}) or vector(0)`])),
    { width: 24 },
  );
}
