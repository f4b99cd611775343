import {describe, expect, it} from 'vitest';
import {jsonOf, openWorld} from '../support/cli.ts';
import {devnetUp} from '../support/devnet-up.ts';

type Registered = {
  exitCode: number;
  result: {steps: {id: string; outcome: string; found: string}[]; range: {start: string; end: string} | null};
};

const OPERATORS = 2;

describe('aos register', () => {
  it('of several operators at once, at a dispatcher that waits for its blocks, registers each', async () => {
    await using world = openWorld();
    const devnet = await devnetUp(world, [
      ...['--dispatcher', 'newest', '--block-time', '1', '--operators', String(OPERATORS)],
    ]);
    const ended = await Promise.all(
      devnet.operators.map(({config}) => world.run(['register', '-c', config, '--yes', '--json'])),
    );
    const reports = ended.map(({stdout}) => jsonOf(stdout) as Registered);
    expect(reports.map(({exitCode}) => exitCode)).toEqual(Array(OPERATORS).fill(0));
    const outcomes = reports.map(({result}) => result.steps.find(({id}) => id === 'dispatcher')?.outcome);
    expect(outcomes).toEqual(Array(OPERATORS).fill('done'));
    const rows = await Promise.all(
      devnet.operators.map(async ({operator}) => {
        const response = await fetch(`${devnet.urls.dispatcherHttp}/api/operator/info`, {
          method: 'POST',
          headers: {'content-type': 'application/json'},
          body: JSON.stringify({operator}),
        });
        return ((await response.json()) as {result: {start: string; end: string} | null}).result;
      }),
    );
    // What the row says is what the chain says: each was registered once.
    expect(rows.map((row) => ({start: row?.start, end: row?.end}))).toEqual(
      reports.map(({result}) => ({start: result.range?.start, end: result.range?.end})),
    );
    const again = await world.run(['register', '-c', devnet.operators[0]!.config, '--yes', '--json']);
    const [first] = reports;
    expect(jsonOf(again.stdout)).toMatchObject({exitCode: 0, result: {range: first?.result.range}});
  });
});
