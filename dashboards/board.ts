/** The layout of our dashboards: their variables, and panels in rows of 24 columns. */
import {
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTooltipOptionsBuilder,
  BarGaugeDisplayMode,
  BigValueColorMode,
  BigValueGraphMode,
  GraphDrawStyle,
} from '@grafana/grafana-foundation-sdk/common';
import {
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  IntervalVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  VariableRefresh,
  VariableSort,
  type Dashboard,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as BarGaugeBuilder } from '@grafana/grafana-foundation-sdk/bargauge';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TimeSeriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import type { HarnessMetricName, MetricName } from '../contract/metrics.ts';

/** Grafana's names of units. */
export type Unit = 'short' | 's' | 'percentunit' | 'bytes' | 'ops' | 'h';

export interface PanelSpec {
  kind: 'stat' | 'bars' | 'lines' | 'stack';
  title: string;
  description: string;
  unit: Unit;
  queries: readonly { expr: string; legend: string }[];
  /** Number of columns out of 24; 8 if left out. */
  width?: number;
  decimals?: number;
  /** The value is red from here on and green below it; always green if left out. */
  redFrom?: number;
}

type Layout = Pick<PanelSpec, 'width' | 'decimals' | 'redFrom'>;

/** Draws a panel of one kind. `queries` are by legend, in the order of the panel. */
type DrawPanel = (
  title: string,
  description: string,
  unit: Unit,
  queries: Readonly<Record<string, string>>,
  layout?: Layout,
) => PanelSpec;

/** One number for each series. */
export const stat: DrawPanel = panelOf('stat');
/** One bar for each series. */
export const bars: DrawPanel = panelOf('bars');
/** One line for each series, over time. */
export const lines: DrawPanel = panelOf('lines');
/** Stacked bars, one for each step of time. */
export const stack: DrawPanel = panelOf('stack');

export interface BoardSpec {
  /** The name of its file, and the end of its uid. */
  slug: string;
  title: string;
  description: string;
  rows: readonly { title: string; panels: readonly PanelSpec[] }[];
}

/** A dashboard as Grafana reads it. */
export function board({ slug, title, description, rows }: BoardSpec): Dashboard {
  const builder = new DashboardBuilder(title)
    .uid(`hundredblock-${slug}`)
    .description(description)
    .tags(['hundredblock'])
    .timezone('utc')
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from: 'now-1h', to: 'now' })
    .refresh('10s')
    .link(
      new DashboardLinkBuilder('hundredblock')
        .type(DashboardLinkType.Dashboards)
        .tags(['hundredblock'])
        .asDropdown(true)
        .keepTime(true)
        .includeVars(true),
    );
  for (const variable of variables()) builder.withVariable(variable);
  let id = 0;
  let y = 0;
  for (const row of rows) {
    builder.withRow(new RowBuilder(row.title).id((id += 1)).gridPos({ x: 0, y, w: COLUMNS, h: 1 }));
    y += 1;
    let x = 0;
    let height = 0;
    for (const panel of row.panels) {
      const w = panel.width ?? WIDTH;
      const h = HEIGHTS[panel.kind];
      if (x + w > COLUMNS) {
        y += height;
        x = height = 0;
      }
      builder.withPanel(
        builderOf(panel)
          .id((id += 1))
          .gridPos({ x, y, w, h }),
      );
      x += w;
      height = Math.max(height, h);
    }
    y += height;
  }
  return builder.build();
}

// --- internal ---

function panelOf(kind: PanelSpec['kind']): DrawPanel {
  return (title, description, unit, queries, layout = {}) => ({
    kind,
    title,
    description,
    unit,
    queries: Object.entries(queries).map(([legend, expr]) => ({ expr, legend })),
    ...layout,
  });
}

const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };
const COLUMNS = 24;
const WIDTH = 8;
const HEIGHTS: Readonly<Record<PanelSpec['kind'], number>> = { stat: 5, bars: 8, lines: 8, stack: 8 };

const RUN_INFO: HarnessMetricName = 'hundredblock_run_info';
/** Metrics with a label for the agency: of a run on either clock, and of the service. */
const BY_AGENCY: readonly (HarnessMetricName | MetricName)[] = [
  'hundredblock_run_alerts_total',
  'hundredblock_run_calls_total',
  'hundredblock_cad_messages_total',
];

function variables() {
  const values = (name: string, label: string, description: string, query: string) =>
    new QueryVariableBuilder(name)
      .label(label)
      .description(description)
      .datasource(DATASOURCE)
      .query({ query, refId: name })
      .refresh(VariableRefresh.OnTimeRangeChanged)
      .sort(VariableSort.AlphabeticalDesc)
      .multi(true)
      .includeAll(true)
      // If nothing is chosen, everything is shown, even before there is any value.
      .allValue('.*')
      .current({ selected: true, text: ['All'], value: ['$__all'] });
  return [
    new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'),
    values('run', 'Run', 'Scenario, seed and history of a run', `label_values(${RUN_INFO}, run)`),
    values('agency', 'Agency', 'Police agency', `label_values({__name__=~"${BY_AGENCY.join('|')}"}, agency)`),
    new IntervalVariableBuilder('step')
      .label('Step')
      .description('Time over which growth is counted: 10s suits a load run, 1h a simulated week')
      .values('10s,30s,1m,5m,15m,1h,6h,1d')
      .auto(true)
      .minInterval('10s')
      .stepCount(60)
      .current({ selected: true, text: 'auto', value: '$__auto' }),
  ];
}

type AnyPanelBuilder = StatBuilder | BarGaugeBuilder | TimeSeriesBuilder;

function builderOf(spec: PanelSpec): AnyPanelBuilder {
  const panel = shapeOf(spec);
  panel.title(spec.title).description(spec.description).datasource(DATASOURCE).unit(spec.unit).noValue('none yet');
  if (spec.decimals !== undefined) panel.decimals(spec.decimals);
  panel.thresholds(
    new ThresholdsConfigBuilder()
      .mode(ThresholdsMode.Absolute)
      .steps([
        { color: 'green', value: null },
        ...(spec.redFrom === undefined ? [] : [{ color: 'red', value: spec.redFrom }]),
      ]),
  );
  for (const [i, { expr, legend }] of spec.queries.entries()) {
    const query = new DataqueryBuilder()
      .expr(expr)
      .legendFormat(legend)
      .refId(String.fromCharCode(65 + i));
    panel.withTarget(isOverTime(spec) ? query.range() : query.instant());
  }
  return panel;
}

function isOverTime({ kind }: PanelSpec): boolean {
  return kind === 'lines' || kind === 'stack';
}

function shapeOf({ kind }: PanelSpec): AnyPanelBuilder {
  const lastValue = new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false);
  switch (kind) {
    case 'stat':
      return new StatBuilder()
        .reduceOptions(lastValue)
        .colorMode(BigValueColorMode.Value)
        .graphMode(BigValueGraphMode.None);
    case 'bars':
      return new BarGaugeBuilder()
        .reduceOptions(lastValue)
        .orientation(VizOrientation.Horizontal)
        .displayMode(BarGaugeDisplayMode.Basic)
        .min(0);
    case 'lines':
    case 'stack': {
      const series = new TimeSeriesBuilder()
        .legend(
          new VizLegendOptionsBuilder()
            .showLegend(true)
            .displayMode(LegendDisplayMode.Table)
            .placement(LegendPlacement.Bottom)
            .calcs(['lastNotNull', 'max']),
        )
        .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi))
        .min(0);
      if (kind === 'lines') return series;
      return series
        .drawStyle(GraphDrawStyle.Bars)
        .fillOpacity(60)
        .stacking(new StackingConfigBuilder().mode(StackingMode.Normal));
    }
  }
}
