/** The alerting rules that concern a dashboard, drawn over time: rules are not evaluated for a past that was backfilled. */
import type { PanelSpec } from './board.ts';
import { ALERTING } from './rules.ts';

export function rulesPanel(dashboard: string): PanelSpec {
  const rules = ALERTING.filter((rule) => rule.dashboard === dashboard);
  return {
    kind: 'lines',
    title: 'Alerting rules',
    description:
      'How many series each rule would fire for, at each moment, over all runs: also in simulated time, where Prometheus evaluates no rule by itself',
    unit: 'short',
    width: 24,
    queries: rules.map(({ alert, expr }) => ({ expr: `count(${expr}) or vector(0)`, legend: alert })),
  };
}
