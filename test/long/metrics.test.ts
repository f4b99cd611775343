import {readFileSync} from 'node:fs';
import {createServer, type AddressInfo} from 'node:net';
import path from 'node:path';
import {describe, expect, it} from 'vitest';
import {openWorld, ROOT} from '../support/cli.ts';
import {devnetUp} from '../support/devnet-up.ts';
import {hasProgram} from '../support/programs.ts';

type Panel = {title: string; targets?: {expr: string}[]};
type Dashboard = {panels: Panel[]};
type QueryAnswer = {status: string; error?: string; data?: {result: unknown[]}};

/** Every query of the shipped dashboard, with its variables filled in. */
function queries(): {title: string; expr: string}[] {
  const text = readFileSync(path.join(ROOT, 'deploy/grafana/aos.json'), 'utf8');
  return (JSON.parse(text) as Dashboard).panels.flatMap(({title, targets = []}) =>
    targets.map(({expr}) => ({
      title,
      expr: expr.replaceAll('$instance', '.*').replaceAll('$__rate_interval', '1m'),
    })),
  );
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const {port} = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe.skipIf(!hasProgram('prometheus'))('a Prometheus beside a node (needs Debian’s prometheus)', () => {
  it('reads it, loads the alert rules, and has a series for every panel of the dashboard', async () => {
    await using world = openWorld();
    const devnet = await devnetUp(world);
    expect(await world.ask(['register', '-c', devnet.config, '--yes', '--quiet'])).toMatchObject({code: 0});
    const operator = world.start(['run', '-c', devnet.config, '--json'], {
      env: {AOS_NET_METRICS_URL: '127.0.0.1:0'},
    });
    const {url} = await operator.event('listening', ({what}) => what === 'metrics');
    const port = await freePort();
    const config = world.file(
      'prometheus.yml',
      `global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: ['${path.join(ROOT, 'deploy/prometheus/aos.rules.yml')}']
scrape_configs:
  - job_name: aos
    static_configs: [{targets: ['${new URL(String(url)).host}']}]
`,
    );
    const prometheus = world.start([], {
      shell: `exec prometheus --config.file=${config} --storage.tsdb.path=${world.home}/tsdb --web.listen-address=127.0.0.1:${port}`,
    });
    await prometheus.until('stderr', /Server is ready to receive web requests/);
    // What is left of the allowance is known a minute after the first probe; jobs come while it reads, so that their rates rise.
    await operator.event('liveness', ({allowanceLeftMs}) => allowanceLeftMs !== null);
    await devnet.answered(await devnet.submit(6));

    const ask = async (expr: string): Promise<number> => {
      const response = await fetch(`http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(expr)}`);
      const answer = (await response.json()) as QueryAnswer;
      if (answer.status !== 'success') throw new Error(`${expr}: ${answer.error ?? 'no reason'}`);
      return answer.data?.result.length ?? 0;
    };
    await expect.poll(() => ask('up{job="aos"} == 1')).toBe(1);
    const all = queries();
    expect(all.length).toBeGreaterThan(30);
    for (const {title, expr} of all)
      await expect.poll(() => ask(expr), {message: `${title}: ${expr}`}).toBeGreaterThan(0);
    const rules = (await (await fetch(`http://127.0.0.1:${port}/api/v1/rules`)).json()) as {
      data: {groups: {rules: {name: string; health: string}[]}[]};
    };
    expect(rules.data.groups.flatMap((group) => group.rules).filter(({health}) => health === 'err')).toEqual(
      [],
    );
  });
});
