/** Recording and alerting rules for Prometheus. The limits below are assumptions: set your own. */
import type { HarnessMetricName } from '../contract/metrics.ts';
import { EVERY_RUN, last, quantile, selector, total, type Scope } from './query.ts';

export interface RecordingRule {
  record: string;
  expr: string;
}

export interface AlertingRule {
  alert: string;
  expr: string;
  /** How long the expression must hold before the alert fires; it fires at once if left out. */
  for?: string;
  severity: 'critical' | 'warning';
  summary: string;
  description: string;
  /** Slug of the dashboard that shows the matter. */
  dashboard: string;
  /** Whether the metrics are those of a run, from the harness, or those of the service. */
  about: 'run' | 'service';
}

export interface RuleGroup {
  name: string;
  rules: readonly (RecordingRule | AlertingRule)[];
}

/** Greatest share of false alerts, and the number of alerts from which on the share is judged. */
const FALSE_ALERT_RATIO_MAX = 0.75;
const ALERTS_MIN = 20;
const LATE_RATIO_MAX = 0.001;
const REVIEW_TICKETS_MAX = 10;
/** Greatest number of jobs without a unit per unit on duty, as the mean of three hours. */
const WAITING_PER_UNIT_MAX = 0.1;
/** Longer than any run: a series of a run in virtual time has points only at the moments at which it changed. */
const WHOLE_RUN: Readonly<Scope> = { ...EVERY_RUN, lookback: '400d' };

const truths = (scope: Scope) => ({
  all: total('hundredblock_run_alert_truths_total', ['run'], {}, scope),
  false: total('hundredblock_run_alert_truths_total', ['run'], { truth: '!="founded"' }, scope),
});
const deliveries = (matcher: `="${string}"` | `=~"${string}"`, scope: Scope): string =>
  total('hundredblock_run_deliveries_total', ['run'], { verdict: matcher }, scope);
const lateRatio = (scope: Scope): string =>
  `${deliveries('="late"', scope)} / ${deliveries('=~"delivered|late"', scope)}`;
/** Holds for a day after a run has ended. Counts of the whole run are judged only then: before that, some series have no recent point. */
const ended = `on (run) ${total('hundredblock_run_owed_alerts_total', ['run'], {}, EVERY_RUN)}`;
const whole = truths(WHOLE_RUN);
const recent = truths(EVERY_RUN);
const p99 = (bucket: string, labels: string): string =>
  `histogram_quantile(0.99, sum by (le, ${labels}) (rate(${bucket}[5m])))`;

const messages = total('hundredblock_run_cad_messages_total', ['run', 'agency'], {}, WHOLE_RUN);
const messagesDayBefore = `sum by (run, agency) (${last('hundredblock_run_cad_messages_total', {}, { scope: WHOLE_RUN, offset: '1d' })})`;
/** Holds while a run goes on: it has a point of this metric for every hour. */
const goesOn = `count by (run) (${last('hundredblock_run_police_utilisation_ratio', {}, { scope: { ...EVERY_RUN, lookback: '2h' } })})`;
const waiting = overHours('hundredblock_run_police_calls_waiting', '3h');
const serveMessages = selector('hundredblock_cad_messages_total');
const reviewTickets = selector('hundredblock_review_tickets');

export const RULES: readonly RuleGroup[] = [
  {
    name: 'hundredblock-records',
    rules: [
      { record: 'run:hundredblock_run_false_alerts:ratio', expr: `${recent.false} / ${recent.all}` },
      { record: 'run:hundredblock_run_late_deliveries:ratio', expr: lateRatio(EVERY_RUN) },
      {
        record: 'run_stage:hundredblock_run_latency_seconds:p99',
        expr: quantile(0.99, 'hundredblock_run_latency_seconds', ['run', 'stage'], EVERY_RUN),
      },
      {
        record: 'run:hundredblock_run_generator_lag_seconds:p99',
        expr: quantile(0.99, 'hundredblock_run_generator_lag_seconds', ['run'], EVERY_RUN),
      },
      {
        record: 'instance_door:hundredblock_http_requests:rate5m',
        expr: `sum by (instance, door) (rate(${selector('hundredblock_http_requests_total')}[5m]))`,
      },
      {
        record: 'instance:hundredblock_frames_sent:rate5m',
        expr: `sum by (instance) (rate(${selector('hundredblock_frames_sent_total')}[5m]))`,
      },
      {
        record: 'instance_reason:hundredblock_shed:rate5m',
        expr: `sum by (instance, reason) (rate(${selector('hundredblock_shed_total')}[5m]))`,
      },
      {
        record: 'instance_stage:hundredblock_stage_seconds:p99_5m',
        expr: p99(`${selector('hundredblock_stage_seconds')}_bucket`, 'instance, stage'),
      },
    ],
  },
  {
    name: 'hundredblock-alerts',
    rules: [
      {
        alert: 'HundredblockRunFeedSilent',
        expr: `(${messages} - ${messagesDayBefore} == 0) and ${messagesDayBefore} > 0 and on (run) ${goesOn}`,
        severity: 'warning',
        summary: 'A feed has gone silent in a run',
        description:
          '{{ $labels.agency }} sent messages before, but has sent no CAD message for a simulated day ({{ $labels.run }}).',
        dashboard: 'feeds',
        about: 'run',
      },
      {
        alert: 'HundredblockServiceFeedSilent',
        // An agency that never sent anything has no series.
        expr: `sum by (instance, agency) (increase(${serveMessages}[1h])) == 0 and sum by (instance, agency) (${serveMessages} offset 1h) > 0`,
        severity: 'warning',
        summary: 'A feed has gone silent',
        description: '{{ $labels.agency }} sent messages before, but has sent no CAD message for an hour.',
        dashboard: 'feeds',
        about: 'service',
      },
      {
        alert: 'HundredblockRunLeak',
        expr: `${total('hundredblock_run_leaks_total', ['run', 'egress', 'kind'], {}, EVERY_RUN)} > 0`,
        severity: 'critical',
        summary: 'Private strings left the pipeline',
        description:
          '{{ $value }} strings of kind {{ $labels.kind }} found in {{ $labels.egress }}s ({{ $labels.run }}). None is allowed.',
        dashboard: 'privacy',
        about: 'run',
      },
      {
        alert: 'HundredblockRunLoss',
        expr: `${deliveries('="lost"', EVERY_RUN)} > 0 or ${total('hundredblock_run_never_sent_alerts_total', ['run'], {}, EVERY_RUN)} > 0`,
        severity: 'critical',
        summary: 'Alerts that were owed did not arrive',
        description: '{{ $value }} deliveries lost, or alerts never sent ({{ $labels.run }}).',
        dashboard: 'capacity',
        about: 'run',
      },
      {
        alert: 'HundredblockRunLate',
        expr: `${lateRatio(WHOLE_RUN)} > ${LATE_RATIO_MAX} and ${ended}`,
        severity: 'warning',
        summary: 'Alerts arrive late',
        description: `{{ $value | humanizePercentage }} of deliveries came later than policy allows, above ${100 * LATE_RATIO_MAX}% ({{ $labels.run }}).`,
        dashboard: 'capacity',
        about: 'run',
      },
      {
        alert: 'HundredblockRunFalseAlerts',
        expr: `${whole.false} / ${whole.all} > ${FALSE_ALERT_RATIO_MAX} and ${whole.all} >= ${ALERTS_MIN} and ${ended}`,
        severity: 'warning',
        summary: 'The false-alert rate is above its budget',
        description: `{{ $value | humanizePercentage }} of alerts were not founded, above ${100 * FALSE_ALERT_RATIO_MAX}% ({{ $labels.run }}).`,
        dashboard: 'false-alerts',
        about: 'run',
      },
      {
        alert: 'HundredblockRunReviewQueue',
        expr: `${total('hundredblock_run_review_queue_max', ['run'], {}, EVERY_RUN)} > ${REVIEW_TICKETS_MAX}`,
        severity: 'warning',
        summary: "The news team's queue grew in a run",
        description:
          '{{ $value }} tickets waited at once at one desk ({{ $labels.run }}); those that wait too long expire.',
        dashboard: 'feeds',
        about: 'run',
      },
      {
        alert: 'HundredblockServiceReviewQueue',
        expr: `${reviewTickets} > ${REVIEW_TICKETS_MAX} and deriv(${reviewTickets}[10m]) > 0`,
        for: '5m',
        severity: 'warning',
        summary: "The news team's queue grows",
        description: '{{ $value }} tickets wait for the news team, and new ones come faster than it decides.',
        dashboard: 'feeds',
        about: 'service',
      },
      {
        alert: 'HundredblockRunPoliceCallsWaiting',
        expr: `sum by (run) (${waiting}) / ${total('hundredblock_run_police_units', ['run'], {}, WHOLE_RUN)} > ${WAITING_PER_UNIT_MAX}`,
        severity: 'warning',
        summary: 'Calls wait for a police unit',
        description: `{{ $value | printf "%.2f" }} jobs without a unit per unit on duty, mean of three simulated hours, above ${WAITING_PER_UNIT_MAX} ({{ $labels.run }}).`,
        dashboard: 'police-load',
        about: 'run',
      },
    ],
  },
];

export const ALERTING: readonly AlertingRule[] = RULES.flatMap(({ rules }) => rules).filter((rule) => 'alert' in rule);

/** The rules as Prometheus reads them. */
export function rulesYaml(): string {
  const lines = ['# Written by `npm run dashboards` from dashboards/rules.ts.', 'groups:'];
  for (const { name, rules } of RULES) {
    lines.push(`  - name: ${name}`, '    rules:');
    for (const rule of rules) lines.push(...('alert' in rule ? alertLines(rule) : recordLines(rule)));
  }
  return `${lines.join('\n')}\n`;
}

// --- internal ---

function overHours(name: HarnessMetricName, range: string): string {
  return `avg_over_time(${name}[${range}])`;
}

/** A JSON string is a valid YAML string. */
const quoted = (text: string): string => JSON.stringify(text);

function recordLines({ record, expr }: RecordingRule): string[] {
  return [`      - record: ${record}`, `        expr: ${quoted(expr)}`];
}

function alertLines(rule: AlertingRule): string[] {
  return [
    `      - alert: ${rule.alert}`,
    `        expr: ${quoted(rule.expr)}`,
    ...(rule.for === undefined ? [] : [`        for: ${rule.for}`]),
    '        labels:',
    `          severity: ${rule.severity}`,
    '        annotations:',
    `          summary: ${quoted(rule.summary)}`,
    `          description: ${quoted(rule.description)}`,
    `          dashboard: ${quoted(`hundredblock-${rule.dashboard}`)}`,
  ];
}
