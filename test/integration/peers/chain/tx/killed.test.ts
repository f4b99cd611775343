import type {Hex} from 'viem';
import {afterAll, beforeAll, describe, expect, it, onTestFinished} from 'vitest';
import {transact} from '../../../../../src/lib/peers/chain/tx/transact.ts';
import {startAnvil, type Anvil} from '../../../../../src/devnet/chain/anvil.ts';
import {openTxJournal} from '../../../../../src/lib/node/journal/transactions.ts';
import {bundleChild, startChild} from '../../../../support/child.ts';
import {startRpcShim} from '../../../../support/rpc-shim.ts';
import {devSigner} from '../../../../support/signer.ts';
import {deployOnce, fund, limits, nonceOf, planFor, process, stateDir, yes} from '../../../../support/tx.ts';

let anvil: Anvil;
let sender: string;

beforeAll(async () => {
  [anvil, sender] = await Promise.all([startAnvil({blockTime: 10_000}), bundleChild('tx-sender')]);
  await fund(anvil.url);
});
afterAll(() => anvil.close());

/** Runs the sender until it broadcasts, and kills it then. */
async function killedWhileSending(dir: string, to: Hex, passOn: boolean): Promise<void> {
  const signer = await devSigner();
  let kill = (): void => {};
  const shim = await startRpcShim(anvil.url, ({method}) => {
    if (method !== 'eth_sendRawTransaction') return null;
    kill();
    return passOn ? null : 'silence';
  });
  onTestFinished(() => shim.close());
  const child = startChild(sender, [shim.url, signer.url, dir, to]);
  kill = () => void child.process.kill('SIGKILL');
  await child.ended;
}

describe.each([
  ['before the node had it', false],
  ['before the node’s answer came', true],
])('killed after the journal, %s', (_name, passOn) => {
  it('leaves one transaction, which the next run brings home', async () => {
    const dir = stateDir();
    const once = await deployOnce(anvil.url);
    const nonce = await nonceOf(anvil.url);
    await killedWhileSending(dir, once, passOn);

    const journal = openTxJournal({dir});
    const [left, ...others] = journal.list(9);
    journal.close();
    expect(others).toEqual([]);
    expect(left).toMatchObject({state: 'signed', nonce});

    const deps = await process(anvil.url, {dir});
    const request = {intent: 'register:test', plan: () => Promise.resolve(planFor(once))};
    const done = await transact(deps, request, limits(), yes);
    expect(done).toMatchObject({state: 'mined', resumed: true, attempt: {hash: left?.hash}});
    expect(await nonceOf(anvil.url, 'pending')).toBe(nonce + 1);
  });
});
