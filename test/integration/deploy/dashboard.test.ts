import {readFileSync} from 'node:fs';
import path from 'node:path';
import {describe, expect, it} from 'vitest';
import {dashboardText} from '../../../scripts/grafana.mjs';
import {START} from '../../support/dash-scenes.ts';
import {metricNames, metricsRig} from '../../support/metrics.ts';

const FILE = path.join(import.meta.dirname, '../../../deploy/grafana/aos.json');
type Dashboard = {panels: {title: string; targets?: {expr: string}[]; gridPos: {x: number; w: number}}[]};

describe('the Grafana dashboard', () => {
  it('is what scripts/grafana.mjs makes (npm run docs:grafana)', () => {
    expect(readFileSync(FILE, 'utf8')).toBe(dashboardText());
  });

  it('asks only for metrics that a node serves', async () => {
    const metrics = metricsRig(START);
    const served = metricNames(await metrics.text());
    metrics.close();
    const {panels} = JSON.parse(dashboardText()) as Dashboard;
    const asked = panels.flatMap(({targets = []}) =>
      targets.flatMap(({expr}) => expr.match(/\b(?:aos|eigen)_\w+/g) ?? []),
    );
    expect(asked.length).toBeGreaterThan(30);
    expect(
      asked.map((name) => name.replace(/_bucket$/, '')).filter((name) => !served.includes(name)),
    ).toEqual([]);
  });

  it('has panels that fit side by side', () => {
    const {panels} = JSON.parse(dashboardText()) as Dashboard;
    expect(panels.filter(({gridPos: {x, w}}) => x + w > 24)).toEqual([]);
  });
});
