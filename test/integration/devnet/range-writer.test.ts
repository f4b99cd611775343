import {generatePrivateKey, privateKeyToAccount} from 'viem/accounts';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {createDevChain} from '../../../src/devnet/chain/contracts.ts';
import {createRangeWriter} from '../../../src/devnet/chain/range-writer.ts';
import {devRpc} from '../../../src/devnet/chain/rpc.ts';
import {startChainRig, type ChainRig} from '../../support/chain-rig.ts';
import {quietTime} from '../../support/quiet-time.ts';

const POLL_MS = 7_000;
const never = new AbortController().signal;
/** One that has no range yet, at a second try of a test too. */
const newOperator = (): string => privateKeyToAccount(generatePrivateKey()).address;

describe('the range writer', () => {
  let rig: ChainRig;
  let contract: string;
  beforeAll(async () => {
    rig = await startChainRig();
    ({range_manager: contract} = await rig.deploy({flow: 'bls', asOperator: false}));
  });
  afterAll(() => rig.close());

  const rangeNow = async (operator: string): Promise<string> => {
    const {start, end} = await createDevChain(rig.url, rig.artifacts).readRange(contract, operator);
    return `${start}-${end}`;
  };

  it('registers, then changes, and waits for a block each time', async () => {
    const time = quietTime();
    const operator = newOperator();
    const write = createRangeWriter({url: rig.url, contract, time, pollMs: POLL_MS});
    for (const [start, end, before] of [
      [0n, 600n, '0-0'],
      [1_200n, 1_800n, '0-600'],
    ] as const) {
      let isWritten = false;
      const written = write(operator, {start, end}, never).then(() => (isWritten = true));
      await time.during(time.sleep(30_000), 'half a minute');
      expect([isWritten, await rangeNow(operator)]).toEqual([false, before]);
      await devRpc(rig.url, 'evm_mine');
      await time.during(written, 'the receipt');
      expect(await rangeNow(operator)).toBe(`${start}-${end}`);
    }
  });

  it('leaves what it sent when its caller gives up', async () => {
    const time = quietTime();
    const operator = newOperator();
    const write = createRangeWriter({url: rig.url, contract, time, pollMs: POLL_MS});
    const impatient = new AbortController();
    const written = write(operator, {start: 3_000n, end: 3_600n}, impatient.signal);
    written.catch(() => {}); // asserted below
    await time.during(time.sleep(POLL_MS - 1), 'less than a look');
    impatient.abort(new Error('hung up'));
    await expect(written).rejects.toThrow('hung up');
    await devRpc(rig.url, 'evm_mine');
    expect(await rangeNow(operator)).toBe('3000-3600');
  });

  it('fails for what is no address, for a range that the contract refuses, and without a chain', async () => {
    const time = quietTime();
    const operator = newOperator();
    const write = createRangeWriter({url: rig.url, contract, time, pollMs: POLL_MS});
    const failed = {code: 'DEVNET_FAILED'};
    await expect(write('0xa', {start: 0n, end: 1n}, never)).rejects.toMatchObject(failed);
    await expect(write(operator, {start: 5n, end: 1n}, never)).rejects.toMatchObject(failed);
    const away = createRangeWriter({url: 'http://127.0.0.1:9', contract, time, pollMs: POLL_MS});
    await expect(away(operator, {start: 0n, end: 1n}, never)).rejects.toMatchObject(failed);
  });
});
