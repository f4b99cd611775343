/**
 * The Grafana dashboard of a node: `node scripts/grafana.mjs` writes deploy/grafana/aos.json. It is made by Grafana's own
 * builders, so that it fits their schema; a test compares the file with what this makes, and asks a Prometheus every query.
 */
import {writeFileSync} from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import dashboards from '@grafana/grafana-foundation-sdk/dashboard';
import prometheus from '@grafana/grafana-foundation-sdk/prometheus';
import stats from '@grafana/grafana-foundation-sdk/stat';
import timeseries from '@grafana/grafana-foundation-sdk/timeseries';
import {ROWS} from './grafana-panels.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const FILE = path.join(root, 'deploy/grafana/aos.json');
const SOURCE = {type: 'prometheus', uid: '${datasource}'};
const WIDTH = 24;

/** Makes the dashboard as Grafana reads it. */
function makeDashboard() {
  const board = new dashboards.DashboardBuilder('AOS operator')
    .uid('aos-operator')
    .tags(['aos', 'eigenlayer'])
    .description('A node of aos: docs/metrics.md says what each metric is.')
    .readonly()
    .timezone('browser')
    .refresh('30s')
    .time({from: 'now-6h', to: 'now'})
    .withVariable(
      new dashboards.DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'),
    )
    .withVariable(
      new dashboards.QueryVariableBuilder('instance')
        .label('Node')
        .datasource(SOURCE)
        .query('label_values(aos_build_info, instance)')
        .refresh(dashboards.VariableRefresh.OnTimeRangeChanged)
        .multi(true)
        .includeAll(true)
        .allValue('.*'),
    );
  let id = 0;
  for (const [title, panels] of ROWS) {
    board.withRow(new dashboards.RowBuilder(title));
    let taken = 0;
    for (const panel of panels) {
      // The builder begins a new line at 24: a line that is not full would share its place with the next.
      if (taken + panel.wide > WIDTH) throw new Error(`“${panel.title}” does not fit into its line`);
      taken = (taken + panel.wide) % WIDTH;
      id += 1;
      board.withPanel(panelOf(panel).id(id));
    }
    if (taken !== 0) throw new Error(`the last line of “${title}” is not full`);
  }
  return board.build();
}

function panelOf({title, unit, wide, stat = false, good, queries}) {
  const panel = (stat ? new stats.PanelBuilder() : new timeseries.PanelBuilder())
    .title(title)
    .datasource(SOURCE)
    .span(wide)
    .height(stat ? 5 : 8);
  if (unit !== undefined) panel.unit(unit);
  if (!stat) panel.min(0);
  if (good !== undefined)
    panel.thresholds(
      new dashboards.ThresholdsConfigBuilder().mode(dashboards.ThresholdsMode.Absolute).steps([
        {value: null, color: 'red'},
        {value: good, color: 'green'},
      ]),
    );
  if (stat && title === 'Verdict') panel.textMode('name');
  for (const [index, [expr, legend]] of queries.entries())
    panel.withTarget(
      new prometheus.DataqueryBuilder()
        .refId(String.fromCharCode('A'.charCodeAt(0) + index))
        .expr(expr)
        .legendFormat(legend),
    );
  return panel;
}

/** Makes the text of deploy/grafana/aos.json. */
export function dashboardText() {
  return `${JSON.stringify(makeDashboard(), null, 2)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(FILE, dashboardText());
