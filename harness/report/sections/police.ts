/** The section on the load of call-takers and patrol. */
import * as Plot from '@observablehq/plot';
import type { RunRecord } from '../../../contract/record/run-record.ts';
import { countText, momentText, quantileText, shareText } from '../../records/number-text.ts';
import { drawPlot } from '../plot.ts';
import { html, joinLines, type Html } from '../html.ts';
import { heading, paragraph, table } from '../markup.ts';
import type { PageSection } from '../page.ts';
import { policeWorkTable } from './police-work.ts';

export function policeSection(record: RunRecord): PageSection {
  const { police } = record;
  const waiting = `On average ${countText(police.callsWaitingMean, 2)} calls waited for a unit, at most ${countText(police.callsWaitingMax)} at once; ${countText(police.units)} units were busy ${shareText(police.utilisation)} of their time on duty.`;
  const body = [
    paragraph(waiting),
    hourPlots(record),
    responseTable(record),
    hoursTable(record),
    policeWorkTable(record),
    answerTable(record),
  ];
  return { id: 'police', title: 'Police load', body: joinLines(body) };
}

// --- internal ---

type HourField = 'utilisation' | 'waiting' | 'calls';

const HOUR_PLOTS: {
  field: HourField;
  title: string;
  lede: string;
  axis: string;
  scale: number;
  most: number;
  colour: string;
}[] = [
  {
    field: 'utilisation',
    title: 'Units busy, hour by hour',
    lede: 'If the line nears 100%, the next urgent call has to wait.',
    axis: 'units busy, %',
    scale: 100,
    most: 100,
    colour: 'var(--blue)',
  },
  {
    field: 'waiting',
    title: 'Calls waiting for a unit, hour by hour',
    lede: 'Each hour shows the mean number of calls that waited for a unit.',
    axis: 'calls waiting, mean',
    scale: 1,
    most: 0,
    colour: 'var(--red)',
  },
  {
    field: 'calls',
    title: '911 calls, hour by hour',
    lede: 'The two plots above follow the daily wave of calls.',
    axis: '911 calls in the hour',
    scale: 1,
    most: 0,
    colour: 'var(--green)',
  },
];

function hourPlots(record: RunRecord): Html {
  const { hourly } = record.police;
  if (hourly.length === 0) return paragraph('No hour was simulated.');
  const inDays = hourly.length > 48;
  const unit = inDays ? 24 : 1;
  const axis = `${inDays ? 'days' : 'hours'} since ${momentText(record.simulated.startMs)}`;
  const plots = HOUR_PLOTS.map((plot) => {
    const points = hourly.map((hour, i) => ({ at: i / unit, value: hour[plot.field] * plot.scale }));
    // The step of an hour runs to the next hour, so the last one needs an end.
    points.push({ at: hourly.length / unit, value: points[points.length - 1].value });
    const largest = Math.max(...points.map((p) => p.value));
    const most = Math.max(plot.most, largest) || 1;
    const span = hourly.length / unit;
    return drawPlot({
      title: plot.title,
      lede: plot.lede,
      alt: `${plot.title}: ${hourly.length} hours, at most ${countText(largest, 1)} (${plot.axis})`,
      draw: (narrow) => ({
        height: narrow ? 190 : 200,
        marginLeft: 52,
        marginRight: 14,
        marginTop: 26,
        marginBottom: 42,
        x: {
          domain: [0, span],
          label: axis,
          labelAnchor: 'center',
          labelArrow: 'none',
          ticks: Math.min(narrow ? 7 : 14, Math.max(1, Math.floor(span))),
          tickFormat: (v: number) => countText(v, Number.isInteger(v) ? 0 : 1),
        },
        y: {
          domain: [0, most],
          label: plot.axis,
          labelArrow: 'none',
          ticks: 4,
          tickFormat: (v: number) => countText(v, Number.isInteger(v) ? 0 : most < 1 ? 2 : 1),
        },
        marks: [
          Plot.gridY({ ticks: 4, stroke: 'var(--line)', strokeOpacity: 1 }),
          Plot.areaY(points, { x: 'at', y: 'value', curve: 'step-after', fill: plot.colour, fillOpacity: 0.18 }),
          Plot.lineY(points, { x: 'at', y: 'value', curve: 'step-after', stroke: plot.colour, strokeWidth: 1.6 }),
          Plot.ruleY([0], { stroke: 'var(--soft)' }),
        ],
      }),
    });
  });
  return joinLines(plots);
}

function responseTable(record: RunRecord): Html {
  const { queueMs, responseMs } = record.police;
  const priorities = [...new Set([...Object.keys(responseMs), ...Object.keys(queueMs)])].sort();
  const columns = [
    { head: 'Priority' },
    { head: 'Answered', numeric: true },
    { head: 'Response p50', numeric: true },
    { head: 'p90', numeric: true },
    { head: 'p99', numeric: true },
    { head: 'In queue p50', numeric: true },
    { head: 'p90', numeric: true },
  ];
  const none = { count: 0, p50: 0, p90: 0, p99: 0, max: 0 };
  const rows = priorities.map((priority) => {
    const response = responseMs[priority] ?? none;
    const queue = queueMs[priority] ?? none;
    return [
      priority,
      countText(response.count),
      quantileText(response, 'p50'),
      quantileText(response, 'p90'),
      quantileText(response, 'p99'),
      quantileText(queue, 'p50'),
      quantileText(queue, 'p90'),
    ];
  });
  const caption =
    'Response is the time from the CAD record to the first unit on scene; queue is the part of it in which no unit was free. Priority 1 is the most urgent.';
  return html`${heading('Response by priority')}${table(caption, columns, rows)}`;
}

function hoursTable(record: RunRecord): Html {
  const { unitHours } = record.police;
  const row = (label: string, hours: number) => [label, countText(hours, 1)];
  const rows = [
    row('all work', unitHours.total),
    row('work that officers started themselves', unitHours.selfInitiated),
    row('calls behind which nothing had happened', unitHours.unfounded),
    row('calls that alerts and posts caused', unitHours.alertInduced),
  ];
  const columns = [{ head: 'Spent on' }, { head: 'Unit-hours', numeric: true }];
  return html`${heading('Use of patrol time')}${table('The last three are parts of the first and may overlap', columns, rows)}`;
}

function answerTable(record: RunRecord): Html {
  const { callTakers } = record.police;
  const standard = (seconds: number, share: number, least: number) => [
    `answered within ${seconds} s`,
    shareText(share),
    html`at least ${shareText(least)}: ${share >= least ? 'met' : html`<strong>missed</strong>`}`,
  ];
  const rows = [
    standard(15, callTakers.answeredWithin15sShare, 0.9),
    standard(20, callTakers.answeredWithin20sShare, 0.95),
    ['half of calls answered within', quantileText(callTakers.answerMs, 'p50'), ''],
    ['90% of calls answered within', quantileText(callTakers.answerMs, 'p90'), ''],
    ['callers who hung up unanswered', countText(callTakers.abandoned), ''],
    ['callers who called again', countText(callTakers.redials), ''],
  ];
  const columns = [{ head: 'Call-takers' }, { head: 'Found', numeric: true }, { head: 'NENA standard' }];
  return html`${heading('Answering 911')}${table(`${countText(callTakers.positions)} call-taker positions staffed`, columns, rows)}`;
}
