import {describe, expect, it} from 'vitest';
import {known, unknown} from '../../../../src/lib/foundation/fact.ts';
import {checksumAddress} from '../../../../src/lib/protocol/wire/ethereum.ts';
import {confirmDispatcherWith} from '../../../../src/lib/features/register/confirm-dispatcher.ts';
import {registerWithDispatcher} from '../../../../src/lib/features/register/dispatcher.ts';
import {
  publishedRest,
  rowOf,
  type PublishedRest,
  type RegisterFault,
} from '../../../support/published-rest.ts';
import {quietTime, type QuietTime} from '../../../support/quiet-time.ts';
import {freePort} from '../../../support/signer.ts';

const OPERATOR = '0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73';
const LOWER = OPERATOR.toLowerCase();
const BLOCK_MS = 12_000;

type DispatcherTask = Parameters<typeof registerWithDispatcher>[0];
type Rig = {
  time: QuietTime;
  rest: PublishedRest;
  notes: string[];
  shown: string[];
  register: (over?: Partial<DispatcherTask>) => ReturnType<typeof registerWithDispatcher>;
};

async function rig(faults: RegisterFault[] = []): Promise<Rig> {
  const time = quietTime();
  const rest = await publishedRest({time, blockMs: BLOCK_MS, faults});
  const notes: string[] = [];
  const shown: string[] = [];
  const register: Rig['register'] = (over = {}) => {
    const operator = over.operator ?? OPERATOR;
    return time.during(
      registerWithDispatcher({
        url: rest.url,
        operator,
        sign: () => Promise.resolve('ab'.repeat(65)),
        agree: () => Promise.resolve(true),
        look: () =>
          Promise.resolve({
            block: rest.block(),
            range: known(rest.ranges.get(operator.toLowerCase()) ?? null, 0),
          }),
        time,
        note: (line) => notes.push(line),
        progress: {show: (text) => shown.push(text()), clear: () => {}},
        signal: new AbortController().signal,
        ...over,
      }),
      'the step of the dispatcher',
    );
  };
  return {time, rest, notes, shown, register};
}

describe('registering with the published dispatcher', () => {
  it('waits for its block, and shows how long and the last block seen', async () => {
    const {rest, register, notes, shown} = await rig();
    const {report, before} = await register();
    expect(report).toMatchObject({outcome: 'done', next: null});
    expect(before).toMatchObject({state: 'known', value: null});
    expect(rest.rows.has(OPERATOR)).toBe(true);
    expect(notes).toEqual([
      expect.stringMatching(/answers when its transaction is in a block, up to 5 min; leave this/),
    ]);
    expect(shown.at(0)).toMatch(/^waiting for 127\.0\.0\.1:\d+: 2 s/);
    expect(shown.at(-1)).toMatch(/: 1[12] s, block \d+$/);
  });

  it('signs nothing before the yes, and nothing where it has a row', async () => {
    const {rest, register, time} = await rig();
    const signed: string[] = [];
    const sign = (message: Uint8Array): Promise<string> => {
      signed.push(Buffer.from(message).toString());
      return Promise.resolve('ab'.repeat(65));
    };
    const asked: unknown[] = [];
    const answer = (isYes: boolean) => async (request: unknown) => {
      asked.push(request);
      // Whoever is asked may think for longer than any request takes.
      await time.sleep(400_000);
      return isYes;
    };
    const {report} = await register({sign, agree: answer(false)});
    expect(report).toMatchObject({outcome: 'declined'});
    expect([signed, [...rest.rows.keys()]]).toEqual([[], []]);
    expect(asked).toEqual([{url: rest.url, operator: OPERATOR, effect: 'sets the range'}]);
    expect((await register({sign, agree: answer(true)})).report).toMatchObject({outcome: 'done'});
    expect(signed).toEqual([`{"operator":"${OPERATOR}"}`]);
    expect((await register({sign, agree: answer(false)})).report).toMatchObject({outcome: 'already'});
    expect(asked).toHaveLength(2);
  });

  it('shows what is signed; --yes agrees, and no one at a terminal does not', async () => {
    const request = {
      url: 'https://dispatcher.example.org/x/secret-part',
      operator: OPERATOR,
      effect: 'sets the range',
    };
    const lines: string[] = [];
    const given = {
      canAsk: false,
      signal: new AbortController().signal,
      note: (line: string) => lines.push(line),
    };
    expect(await confirmDispatcherWith({...given, yes: true})(request)).toBe(true);
    expect(lines.join('\n')).toContain(`signs  {"operator":"${OPERATOR}"} (eth_sign)`);
    expect(lines.join('\n')).toContain('https://dispatcher.example.org');
    await expect(confirmDispatcherWith({...given, yes: false})(request)).rejects.toMatchObject({
      code: 'USAGE',
      exitCode: 64,
    });
  });

  it('registers five at once behind one lock, 5 of 5', async () => {
    const {rest, register, time} = await rig();
    const operators = [1, 2, 3, 4, 5].map((n) => checksumAddress(`0x${`${n}`.repeat(40)}`));
    const reports = await Promise.all(operators.map((operator) => register({operator})));
    expect(reports.map(({report}) => report.outcome)).toEqual(Array(5).fill('done'));
    expect([...rest.rows.keys()].sort()).toEqual([...operators].sort());
    expect(rest.registered()).toBe(5);
    expect(time.monotonic()).toBeGreaterThanOrEqual(4 * BLOCK_MS);
  });

  it.each([OPERATOR, LOWER, `0x${OPERATOR.slice(2).toUpperCase()}`])(
    'never registers an id that has a row, as %s',
    async (id) => {
      const {rest, register} = await rig();
      rest.rows.set(id, rowOf(id, {start: 600n, end: 1200n}));
      rest.ranges.set(LOWER, {start: 600n, end: 1200n});
      const {report} = await register();
      const {host} = new URL(rest.url);
      expect(report).toMatchObject({outcome: 'already', found: id === OPERATOR ? host : `${host}, as ${id}`});
      expect(rest.registered()).toBe(0);
      expect(rest.asked.at(-1)).toBe(id);
    },
  );

  it('says where its row has another range than the chain', async () => {
    const {rest, register} = await rig();
    rest.rows.set(OPERATOR, rowOf(OPERATOR, {start: 1800n, end: 2400n}));
    rest.ranges.set(LOWER, {start: 0n, end: 600n});
    const {report} = await register();
    expect(report.found).toMatch(
      /the row of the dispatcher says 1800–2400, the chain says 0–600, and the chain decides$/,
    );
  });

  it('only looks in a dry run', async () => {
    const {rest, register, notes} = await rig();
    const first = await register({sign: null});
    expect(first.report).toMatchObject({
      outcome: 'planned',
      found: expect.stringMatching(/sets the range$/) as string,
    });
    rest.ranges.set(LOWER, {start: 0n, end: 60_000n});
    const second = await register({sign: null});
    expect(second.report.found).toMatch(/moves the range, which is 0–60000 now$/);
    expect(rest.registered()).toBe(0);
    expect(notes).toEqual([]);
  });
});

describe('a registration that is not confirmed', () => {
  it('by a connection closed without an answer is its account, not the address', async () => {
    const {register} = await rig(['chain-fails']);
    const {report} = await register();
    expect(report).toMatchObject({
      outcome: 'failed',
      found: expect.stringMatching(
        /closed the connection without an answer \(DISPATCHER_FAILED\); it has no row .*; no range is set on chain so far$/,
      ) as string,
      next: {say: expect.stringMatching(/^The address is right: the account or RPC/) as string},
    });
  });

  it('but has its row is done', async () => {
    const {register, rest} = await rig(['cut-after-row']);
    const {report} = await register();
    expect(report).toMatchObject({
      outcome: 'done',
      found: expect.stringMatching(/has a row of this operator/) as string,
    });
    expect(rest.registered()).toBe(1);
  });

  it('by code 500 without a message is its database, and the range that was set is named', async () => {
    const {register} = await rig(['no-database']);
    const {report} = await register();
    expect(report).toMatchObject({
      outcome: 'failed',
      found: expect.stringMatching(
        /code 500 without a message .*no row .*the range 0–600 was set on chain$/,
      ) as string,
      next: {say: expect.stringMatching(/^Its database does not answer/) as string},
    });
  });

  it.each([
    [
      'halts',
      /it has no row of this operator; no range is set on chain so far$/,
      /^Run the command again later/,
    ],
    [
      'halts-for-good',
      /whether it has a row is not known \(no answer within 15 s\); no range is set on chain so far$/,
      /^Wait a few minutes and run the command again/,
    ],
  ] as const)(
    'within five minutes, by a dispatcher that %s, is looked at afterwards',
    async (fault, words, next) => {
      const {register, rest, time} = await rig([fault]);
      const {report} = await register();
      expect(report).toMatchObject({outcome: 'failed', next: {say: expect.stringMatching(next) as string}});
      expect(report.found).toMatch(/gave no answer within 5 min \(DISPATCHER_TIMEOUT\); /);
      expect(report.found).toMatch(words);
      expect(time.monotonic()).toBeGreaterThanOrEqual(300_000);
      expect(rest.registered()).toBe(1);
    },
  );

  it('because it was stopped says what that leaves', async () => {
    const {register, time} = await rig();
    const stop = new AbortController();
    const stopped = register({signal: stop.signal});
    time.after(5_000, () => stop.abort('SIGINT'));
    await expect(stopped).rejects.toMatchObject({
      code: 'INTERRUPTED',
      message: expect.stringMatching(/the range on chain may be set, and there is no row/) as string,
    });
  });

  it('since nothing listens asks for another address, and looks at nothing', async () => {
    const {register} = await rig();
    const url = `http://127.0.0.1:${await freePort()}`;
    const {report} = await register({
      url,
      look: () => Promise.resolve({block: null, range: unknown('away')}),
    });
    expect(report).toMatchObject({
      outcome: 'failed',
      found: expect.stringMatching(
        /nothing listens there .*\(DISPATCHER_UNREACHABLE\); nothing was registered with 127/,
      ) as string,
      next: {say: expect.stringMatching(/^Name its HTTP address: --dispatcher URL/) as string},
    });
  });
});
