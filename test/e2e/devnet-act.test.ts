import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {jsonOf, openWorld, type World} from '../support/cli.ts';
import {devnetUp, type DevnetUp} from '../support/devnet-up.ts';

type Link = {id: string; state: string; found: string};
type Status = {avs: {state: string; quorums: {weight: string; recorded: string}[]}; links: Link[]};
type History = {rows: {kind: string; state: string; description: string}[]};
type Act = {
  exitCode: number;
  result?: {
    steps: {txHash: string | null}[];
    challenge: {index: number; isAnswered: boolean} | null;
    pending: {effectBlock: string} | null;
    look: string[];
  };
  error?: {code: string; next: string};
};

let world: World;
let devnet: DevnetUp;
beforeAll(async () => {
  world = openWorld();
  devnet = await devnetUp(world);
  expect((await world.run(['register', '-c', devnet.config, '--yes'])).code).toBe(0);
});
afterAll(async () => {
  await devnet.cli.kill('SIGTERM');
  await world[Symbol.asyncDispose]();
});

async function act(...args: string[]): Promise<Act> {
  const {stdout, code} = await world.ask(['devnet', 'act', ...args, '--json']);
  const envelope = jsonOf(stdout) as Act;
  expect(envelope.exitCode).toBe(code);
  return envelope;
}
async function answer<T>(...args: string[]): Promise<T> {
  const {stdout} = await world.ask([...args, '-c', devnet.config, '--json']);
  return (jsonOf(stdout) as {result: T}).result;
}
const link = ({links}: Status, id: string): Link | undefined => links.find((one) => one.id === id);

describe('aos devnet act', () => {
  it('slashes, and the operator sees it', async () => {
    const {result} = await act('slash', '--percent', '25');
    expect(result?.steps.at(-1)?.txHash).toMatch(/^0x[0-9a-f]{64}$/);
    expect(result?.look[0]).toBe(`aos status -c ${devnet.config}`);
    const [status, history] = await Promise.all([
      answer<Status>('status'),
      answer<History>('slashing-history'),
    ]);
    expect(link(status, 'slashed')).toMatchObject({
      state: 'fail',
      found: expect.stringContaining('25 %') as string,
    });
    expect(history.rows.filter(({description}) => description === 'slashed on the devnet')).toHaveLength(2);
  });

  it('opens a challenge and has it answered', async () => {
    expect((await act('challenge', '--blocks', '3')).result?.challenge).toMatchObject({isAnswered: false});
    expect(link(await answer<Status>('status'), 'challenges')?.state).toBe('pending');
    const answered = await act('challenge', '--answer', '--index', '0');
    expect(answered.result?.challenge).toMatchObject({index: 0, isAnswered: true});
    expect(link(await answer<Status>('status'), 'challenges')?.state).toBe('ok');
  });

  it('changes stake for later, and puts the operator out', async () => {
    const {result} = await act('pending-stake', '--deposit', '8');
    expect(Number(result?.pending?.effectBlock)).toBeGreaterThan(0);
    const [quorum] = (await answer<Status>('status')).avs.quorums;
    // A quarter was slashed and eight deposited since the registration; neither is recorded.
    expect([quorum?.weight, quorum?.recorded]).toEqual([`107${'0'.repeat(18)}`, `132${'0'.repeat(18)}`]);
    expect((await act('eject')).exitCode).toBe(0);
    expect((await answer<Status>('status')).avs.state).toBe('deregistered');
    expect(await act('eject')).toMatchObject({
      exitCode: 77,
      error: {code: 'DEVNET_REFUSED', next: `Register it first: aos register -c ${devnet.config} --yes`},
    });
  });

  it('knows its own operators, and needs a running devnet', async () => {
    const stranger = `0x${'12'.repeat(20)}`;
    expect(await act('slash', '--operator', stranger)).toMatchObject({exitCode: 64, error: {code: 'USAGE'}});
    expect(await act('slash', '--percent', '101')).toMatchObject({exitCode: 64});
    await using other = openWorld();
    const {code, stdout} = await other.run(['devnet', 'act', 'slash', '--json']);
    expect([code, (jsonOf(stdout) as Act).error?.code]).toEqual([69, 'DEVNET_NOT_RUNNING']);
  });
});
