import {describe, expect, it, onTestFinished} from 'vitest';
import type {DevSigner} from '../../../../src/devnet/signer/signer.ts';
import {openSigners} from '../../../../src/lib/peers/signer/open.ts';
import type {SignerLine} from '../../../../src/lib/peers/signer/line.ts';
import {quietTime, type QuietTime} from '../../../support/quiet-time.ts';
import {devSigner, OPERATOR, OTHER_ADDRESS, OTHER_KEY} from '../../../support/signer.ts';

const MESSAGE = Buffer.from('a result');
const NAMES = ['first', 'second', 'third'];
const NO_ONE = '0x00000000000000000000000000000000000000Aa';
const never = new AbortController().signal;
const SIGNATURE = /^[0-9a-f]{130}$/;

type Rig = {
  signers: SignerLine;
  time: QuietTime;
  log: string[];
  first: DevSigner;
  second: DevSigner;
  watch(): void;
};

async function rigOfThree(): Promise<Rig & {third: DevSigner}> {
  const third = await devSigner();
  return {...(await rig({}, 60_000, third)), third};
}

async function rig(
  second: Parameters<typeof devSigner>[0] = {},
  standInMs = 60_000,
  third?: DevSigner,
): Promise<Rig> {
  const [one, two] = [await devSigner(), await devSigner(second)];
  const time = quietTime();
  const log: string[] = [];
  const others = third === undefined ? [] : [third];
  const name = (url: string): string => new URL(url).host;
  const short = (text: string): string =>
    [one, two, ...others].reduce((all, {url}, index) => all.replaceAll(name(url), NAMES[index] ?? ''), text);
  const signers = openSigners(
    {signerUrl: one.url, otherSigners: [two, ...others].map(({url}) => url), signerTls: null},
    {address: OPERATOR, timeoutMs: 60_000},
    {
      time,
      standInMs,
      report: {
        failed: (use, {code, message}) => log.push(short(`${use} ${code}: ${message}`)),
        worked: (use) => log.push(short(`${use} works`)),
      },
    },
  );
  const end = new AbortController();
  onTestFinished(async () => {
    end.abort();
    await signers.close();
  });
  const watch = (): void => void signers.watch(end.signal);
  return {signers, time, log, first: one, second: two, watch};
}

describe('several signers', () => {
  it('sign with the first while it does', async () => {
    const {signers, log, second} = await rig();
    second.setFaults({reset: 'always'});
    expect(await signers.sign(MESSAGE)).toMatch(SIGNATURE);
    expect(log).toEqual([]);
  });

  it.each<[string, (signer: DevSigner) => unknown, string]>([
    ['is gone', (signer) => signer.close(), 'nothing listens on first'],
    ['drops connections', (signer) => signer.setFaults({reset: 'always'}), 'first dropped the connection'],
    ['has lost its key backend', (signer) => signer.setFaults({kmsDown: 'all'}), '-32603'],
    ['has lost its key', (signer) => signer.setFaults({noKeys: true}), ''],
    ['signs with another key', (signer) => signer.setFaults({wrongKey: true}), ''],
  ])('sign with the second when the first %s, and continue with it', async (_name, fault, said) => {
    const {signers, log, first} = await rig();
    await fault(first);
    expect(await signers.sign(MESSAGE)).toMatch(SIGNATURE);
    expect(log).toEqual([
      expect.stringContaining('active SIGNER_FAILED_OVER: second signs, because first does not'),
    ]);
    expect(log[0]).toContain(said);
    expect(await Promise.all([signers.sign(MESSAGE), signers.sign(MESSAGE)])).toHaveLength(2);
    expect(log).toHaveLength(1);
  });

  it('sign with the second when the first is silent, within a share of the limit', async () => {
    const {signers, log, first} = await rig({}, 200);
    first.setFaults({wedged: true});
    expect(await signers.sign(MESSAGE)).toMatch(SIGNATURE);
    expect(log[0]).toContain('first gave no answer within 0.2 s');
  });

  it('fail with what the first says when none signs, and sign again when one does', async () => {
    const {signers, log, first, second} = await rig();
    first.setFaults({kmsDown: 'all'});
    second.setFaults({noKeys: true});
    await expect(signers.sign(MESSAGE)).rejects.toMatchObject({code: 'SIGNER_REFUSED'});
    expect(log).toEqual([]);
    second.setFaults({});
    expect(await signers.sign(MESSAGE)).toMatch(SIGNATURE);
  });

  it('return to the first when it has signed for a minute, and not before', async () => {
    const {signers, time, log, first, watch} = await rig();
    first.setFaults({kmsDown: 'all'});
    await signers.sign(MESSAGE);
    watch();
    await time.during(time.sleep(300_000), 'five minutes');
    expect(log).toHaveLength(1);
    first.setFaults({});
    const well = time.monotonic();
    await time.until(() => expect(log).toContain('active works'));
    expect(time.monotonic() - well).toBeGreaterThanOrEqual(60_000);
    first.setFaults({});
    expect(await signers.sign(MESSAGE)).toMatch(SIGNATURE);
    expect(log.filter((line) => line.startsWith('active'))).toHaveLength(2);
  });

  it('never ask a second one with another key, and say so from the start', async () => {
    const {signers, time, log, first, watch} = await rig({keys: [OTHER_KEY]});
    watch();
    await time.until(() => expect(log).toHaveLength(1));
    expect(log[0]).toContain(
      `second SIGNER_STANDBY_UNFIT: the signer second does not hold the key of ${OPERATOR}`,
    );
    first.setFaults({kmsDown: 'all'});
    await expect(signers.sign(MESSAGE)).rejects.toMatchObject({code: 'SIGNER_REFUSED'});
    expect(log).toHaveLength(1);
  });

  it('say that the second could not stand in, and when it could again', async () => {
    const {time, log, second, watch} = await rig();
    second.setFaults({reset: 'always'});
    watch();
    await time.until(() => expect(log).toEqual([expect.stringContaining('second SIGNER_STANDBY_DOWN')]));
    second.setFaults({});
    await time.until(() => expect(log).toContain('second works'));
  });

  it('say no more that one cannot stand in once it signs', async () => {
    const {signers, time, log, first, second, watch} = await rig();
    second.setFaults({reset: 'always'});
    watch();
    await time.until(() => expect(log).toEqual([expect.stringContaining('second SIGNER_STANDBY_DOWN')]));
    second.setFaults({});
    first.setFaults({kmsDown: 'all'});
    await signers.sign(MESSAGE);
    expect(log.slice(1)).toEqual([expect.stringContaining('active SIGNER_FAILED_OVER'), 'second works']);
  });

  it('name the one that signs now when a second one stops too, and the first of them that does not', async () => {
    const {signers, log, first, second, third} = await rigOfThree();
    first.setFaults({reset: 'always'});
    await signers.sign(MESSAGE);
    second.setFaults({kmsDown: 'all'});
    await signers.sign(MESSAGE);
    expect(log).toEqual([
      expect.stringContaining(
        'active SIGNER_FAILED_OVER: second signs, because first does not: first dropped',
      ),
      'active works',
      expect.stringContaining(
        'active SIGNER_FAILED_OVER: third signs, because first does not: first dropped',
      ),
    ]);
    first.setFaults({});
    third.setFaults({noKeys: true});
    await signers.sign(MESSAGE);
    expect(log.slice(3)).toEqual(['active works']);
  });
});

describe('several signers of which none signs', () => {
  it('do not say that one stands in, and say so again when it does', async () => {
    const {signers, log, first, second} = await rig();
    first.setFaults({reset: 'always'});
    await signers.sign(MESSAGE);
    second.setFaults({kmsDown: 'all'});
    for (let time = 0; time < 2; time += 1)
      await expect(signers.sign(MESSAGE)).rejects.toMatchObject({
        code: 'SIGNER_UNREACHABLE',
        message: expect.stringMatching(
          /dropped the connection.*; 127\.0\.0\.1:\d+ does not sign either/,
        ) as string,
      });
    expect(log.slice(1)).toEqual([
      expect.stringMatching(/^active SIGNER_STANDBY_DOWN: first dropped .*; second does not sign either/),
    ]);
    second.setFaults({});
    await signers.sign(MESSAGE);
    expect(log.slice(2)).toEqual([expect.stringContaining('active SIGNER_FAILED_OVER: second signs')]);
  });
});

describe('an account of several signers', () => {
  it('is there when any of them has it, and not before all have answered that it is not', async () => {
    const {signers, first} = await rig({keys: [OTHER_KEY]});
    await signers.requireAccount(OPERATOR, never);
    await signers.requireAccount(OTHER_ADDRESS, never);
    await expect(signers.requireAccount(NO_ONE, never)).rejects.toMatchObject({
      code: 'SIGNER_UNKNOWN_ACCOUNT',
      message: expect.stringMatching(
        /^127\.0\.0\.1:\d+ or 127\.0\.0\.1:\d+ does not have the key of /,
      ) as string,
    });
    first.setFaults({reset: 'always'});
    await signers.requireAccount(OTHER_ADDRESS, never);
    await expect(signers.requireAccount(OPERATOR, never)).rejects.toMatchObject({code: 'SIGNER_UNREACHABLE'});
  });
});
