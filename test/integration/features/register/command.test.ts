import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it, onTestFinished, vi} from 'vitest';
import Deregister from '../../../../src/commands/deregister.ts';
import Register from '../../../../src/commands/register.ts';
import TxCancel from '../../../../src/commands/tx/cancel.ts';
import TxList from '../../../../src/commands/tx/list.ts';
import TxSpeedUp from '../../../../src/commands/tx/speed-up.ts';
import {startAnvil, type Anvil} from '../../../../src/devnet/chain/anvil.ts';
import {devRpc} from '../../../../src/devnet/chain/rpc.ts';
import {compiledContracts} from '../../../support/contracts.ts';
import {startRpcShim} from '../../../support/rpc-shim.ts';
import {site, type Site} from '../../../support/registration.ts';
import {OPERATOR} from '../../../support/signer.ts';

const root = join(import.meta.dirname, '../../../..');
type Command = {run: (argv: string[], options: {root: string}) => Promise<unknown>};
type Envelope = {
  ok: boolean;
  exitCode: number;
  result?: Record<string, unknown>;
  error?: {code: string; next: string; details?: Record<string, unknown>};
};

let compiled: Awaited<ReturnType<typeof compiledContracts>>;
let anvil: Anvil;

beforeAll(async () => {
  compiled = await compiledContracts();
  anvil = await startAnvil({blockTime: 1});
}, 120_000);
afterAll(async () => {
  await anvil.close();
  compiled.remove();
});

/** Runs a command in this process; what it wrote. */
async function run(
  command: Command,
  place: Site,
  ...args: string[]
): Promise<{out: string; err: string; exit: typeof process.exitCode}> {
  const said = {out: '', err: '', exit: process.exitCode};
  const out = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said.out += String(text);
    return true;
  });
  const err = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said.err += String(text);
    return true;
  });
  try {
    await command.run([...args, '-c', join(place.dir, 'config.yaml')], {root});
  } finally {
    out.mockRestore();
    err.mockRestore();
    said.exit = process.exitCode;
    process.exitCode = 0;
  }
  return said;
}

/** Its envelope with `--json`. */
async function json(command: Command, place: Site, ...args: string[]): Promise<Envelope> {
  return JSON.parse((await run(command, place, ...args, '--json')).out) as Envelope;
}

describe('on the command line', () => {
  it('check, register, list, and leave', async () => {
    const place = await site(anvil.url, compiled.artifacts, {flow: 'ecdsa-b2', range: {start: 0n, end: 9n}});
    onTestFinished(() => devRpc(anvil.url, 'evm_setIntervalMining', [1]).then(() => {}));
    const dispatcher = ['--dispatcher', place.dispatcherUrl];
    expect(await json(Register, place, '--check')).toMatchObject({exitCode: 0, result: {state: 'ready'}});
    // What only looks makes no file: root's would lock the operator's user out.
    expect(await json(Register, place, ...dispatcher, '--dry-run')).toMatchObject({exitCode: 0});
    expect(await json(Register, place, ...dispatcher, '--calldata', '--yes')).toMatchObject({exitCode: 0});
    expect(await json(Deregister, place, '--check')).toMatchObject({exitCode: 0, result: {state: 'left'}});
    expect(await json(Deregister, place, '--dry-run')).toMatchObject({exitCode: 0});
    expect(await json(TxList, place)).toMatchObject({exitCode: 0, result: {transactions: []}});
    expect(await json(TxCancel, place, '0x1234', '--check')).toMatchObject({error: {code: 'TX_UNKNOWN'}});
    expect(await json(TxCancel, place, '--nonce', '7', '--check')).toMatchObject({
      error: {code: 'TX_UNKNOWN'},
    });
    expect(existsSync(place.config.store.dir)).toBe(false);
    expect(await json(Register, place, ...dispatcher)).toMatchObject({exitCode: 64, error: {code: 'USAGE'}});
    expect(await json(Register, place, ...dispatcher, '--yes', '--max-fee', '0.000001')).toMatchObject({
      exitCode: 75,
      error: {code: 'TX_FEE_TOO_HIGH'},
    });

    await devRpc(anvil.url, 'evm_setIntervalMining', [3600]);
    const waiting = await json(Register, place, ...dispatcher, '--yes', '--wait', '1s');
    expect(waiting).toMatchObject({ok: false, exitCode: 8});
    const hash = String(waiting.result?.['txHash']);
    expect(await json(TxSpeedUp, place, hash, '--check')).toMatchObject({
      exitCode: 0,
      result: {state: 'ready', transaction: {txHash: hash}},
    });
    const dear = await json(TxCancel, place, hash, '--check', '--max-fee', '0.000001');
    expect(dear).toMatchObject({
      exitCode: 3,
      result: {state: 'fail', preconditions: [{id: 'replacement', state: 'fail'}]},
    });
    const faster = await run(TxSpeedUp, place, hash, '--yes', '--wait', '100ms');
    expect(faster.exit).toBe(8);
    // Run again it would make another one that pays more.
    expect(faster.out).toMatch(/^0x[0-9a-f]{64} is sent: it is not in a block yet\.\n→ aos tx list -c /);
    expect(await json(TxCancel, place, hash.slice(0, 20))).toMatchObject({
      exitCode: 64,
      error: {code: 'USAGE'},
    });
    await devRpc(anvil.url, 'evm_setIntervalMining', [1]);
    const done = await json(Register, place, ...dispatcher, '--yes');
    expect(done).toMatchObject({ok: true, exitCode: 0, result: {range: {start: '0', end: '9'}}});
    expect(done.result?.['txHash']).not.toBe(hash);

    const {result} = await json(TxList, place);
    expect(result).toMatchObject({
      transactions: [
        {kind: 'speed-up', state: 'mined'},
        {kind: 'send', state: 'superseded', txHash: hash},
      ],
    });
    expect(await json(Register, place, '--check')).toMatchObject({
      exitCode: 0,
      result: {state: 'registered'},
    });
    expect(await json(Deregister, place, '--yes')).toMatchObject({
      exitCode: 64,
      error: {
        code: 'USAGE',
        next: `aos deregister -c ${join(place.dir, 'config.yaml')} --confirm ${OPERATOR}`,
      },
    });
    expect(await json(Deregister, place, '--check')).toMatchObject({
      exitCode: 0,
      result: {state: 'ready', wayBack: 'open'},
    });
    expect(await json(Deregister, place, '--check', '--max-fee', '0.000001')).toMatchObject({
      exitCode: 3,
      result: {state: 'fail'},
    });
    const dry = await run(Deregister, place, '--dry-run', '--quiet');
    expect(dry.err).not.toContain('back in');
    expect(await json(Deregister, place, '--yes', '--confirm', OPERATOR)).toMatchObject({
      exitCode: 0,
      result: {wayBack: 'open'},
      warnings: expect.not.arrayContaining([expect.objectContaining({code: 'NO_WAY_BACK'})]) as unknown,
    });
    expect(await json(TxCancel, place, hash, '--yes')).toMatchObject({error: {code: 'TX_CLOSED'}});
    expect(await json(TxCancel, place, hash, '--check')).toMatchObject({
      exitCode: 3,
      result: {state: 'fail'},
    });
    expect(await json(Deregister, place, '--check')).toMatchObject({exitCode: 0, result: {state: 'left'}});
  });

  it('an RPC that is lost after the transaction was mined leaves its hash, and the list says it is missing', async () => {
    const gone = {since: false};
    const shim = await startRpcShim(anvil.url, ({method}) => {
      if (method === 'eth_sendRawTransaction') gone.since = true;
      // What opens the chain anew.
      const isOpening = method === 'eth_chainId' || method === 'eth_getBlockByNumber';
      return gone.since && isOpening ? {status: 503, body: 'gone'} : null;
    });
    onTestFinished(() => shim.close());
    const place = await site(shim.url, compiled.artifacts, {flow: 'ecdsa-b2', range: {start: 0n, end: 9n}});
    const lost = await json(Register, place, '--yes', '--dispatcher', place.dispatcherUrl);
    const hash = expect.stringMatching(/^0x[0-9a-f]{64}$/) as string;
    expect(lost).toMatchObject({
      exitCode: 69,
      error: {
        code: 'CHAIN_UNREACHABLE',
        next: 'Run the command again: it finds what is done, and sends nothing twice.',
        details: {txHash: hash, txState: 'mined'},
      },
    });
    expect(await json(TxList, place)).toMatchObject({
      exitCode: 0,
      result: {transactions: [{state: 'mined', txHash: lost.error?.details?.['txHash']}]},
      warnings: [{code: 'CHAIN_UNREACHABLE'}],
    });
    gone.since = false;
    expect(await json(Register, place, '--yes', '--dispatcher', place.dispatcherUrl)).toMatchObject({
      exitCode: 0,
      result: {txHash: lost.error?.details?.['txHash']},
    });
  });

  it('a configuration without an address of the node is named before anything is sent', async () => {
    const place = await site(anvil.url, compiled.artifacts, {flow: 'bls', asOperator: false});
    const file = join(place.dir, 'config.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^ *outer_url:.*\n/m, ''));
    const nonce = await devRpc(anvil.url, 'eth_getTransactionCount', [OPERATOR, 'pending']);
    const check = await json(Register, place, '--check');
    expect(check).toMatchObject({exitCode: 3, result: {state: 'fail'}});
    expect(check.result?.['preconditions']).toContainEqual({
      id: 'socket',
      state: 'fail',
      found: 'none',
      needed: 'what others reach this node at',
      next: `Set net.outer_url, or chain.socket; or name it once: aos register -c ${file} --socket URL`,
    });
    const asOperator = ['--as-operator', '--metadata-url', 'http://127.0.0.1:9/operator.json'];
    expect(await json(Register, place, '--yes', ...asOperator)).toMatchObject({
      exitCode: 3,
      result: {steps: [{id: 'eigenlayer-operator', outcome: 'missing'}]},
      warnings: [{code: 'METADATA_NOT_SHOWN'}],
    });
    expect(await devRpc(anvil.url, 'eth_getTransactionCount', [OPERATOR, 'pending'])).toBe(nonce);
  });

  it('another metadata URL is sent once, and nothing else', async () => {
    const place = await site(anvil.url, compiled.artifacts, {flow: 'bls'});
    const update = ['--update-metadata-url', 'http://127.0.0.1:9/other.json'];
    expect(await json(Register, place, '--check', ...update)).toMatchObject({
      exitCode: 0,
      result: {
        state: 'ready',
        preconditions: expect.arrayContaining([
          expect.objectContaining({id: 'metadata', state: 'warn'}),
        ]) as unknown,
      },
    });
    const planned = await json(Register, place, '--calldata', ...update);
    expect(planned.result?.['steps']).toMatchObject([
      {id: 'eigenlayer-operator', outcome: 'already'},
      {id: 'metadata', outcome: 'planned', call: {to: expect.any(String) as string}},
    ]);
    const sent = await json(Register, place, '--yes', ...update);
    expect(sent).toMatchObject({
      exitCode: 0,
      result: {steps: [{outcome: 'already'}, {id: 'metadata', outcome: 'done'}], quorums: []},
      warnings: expect.arrayContaining([expect.objectContaining({code: 'METADATA_NOT_SHOWN'})]) as unknown,
    });
    expect(await json(Register, place, '--yes', ...update)).toMatchObject({
      result: {steps: [{outcome: 'already'}, {id: 'metadata', outcome: 'already'}]},
    });
  });

  it('a registry that refuses for an unknown reason: its selector, a next step out of the circle, nothing sent', async () => {
    const place = await site(anvil.url, compiled.artifacts, {flow: 'ecdsa-b3'});
    const error = {code: 3, message: 'execution reverted', data: '0x12345678'};
    const shim = await startRpcShim(anvil.url, ({id, method}) =>
      method === 'eth_estimateGas' ? {status: 200, body: JSON.stringify({jsonrpc: '2.0', id, error})} : null,
    );
    onTestFinished(() => shim.close());
    const file = join(place.dir, 'config.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace(anvil.url, shim.url));
    const nonce = await devRpc(anvil.url, 'eth_getTransactionCount', [OPERATOR, 'pending']);
    const refused = await json(Register, place, '--yes', '--dispatcher', place.dispatcherUrl);
    expect(refused).toMatchObject({
      exitCode: 77,
      error: {
        code: 'CHAIN_REVERTED',
        message: 'register with the AVS reverts with the unknown error 0x12345678',
        next: `Nothing was sent. Ask the AOS team what the refusal means, and give them the call: aos register -c ${file} --calldata`,
      },
    });
    expect(await json(Register, place, '--calldata', '--dispatcher', place.dispatcherUrl)).toMatchObject({
      exitCode: 0,
    });
    expect(await devRpc(anvil.url, 'eth_getTransactionCount', [OPERATOR, 'pending'])).toBe(nonce);
  });

  it('an address that is nobody’s operator is told what to type', async () => {
    const place = await site(anvil.url, compiled.artifacts, {flow: 'ecdsa-b3', asOperator: false});
    expect(await json(Register, place, '--check')).toMatchObject({
      ok: false,
      exitCode: 3,
      result: {state: 'fail'},
    });
    expect(await json(Register, place, '--yes')).toMatchObject({
      exitCode: 3,
      result: {
        steps: [
          {
            outcome: 'missing',
            next: `aos register -c ${join(place.dir, 'config.yaml')} --as-operator --metadata-url URL`,
          },
        ],
      },
    });
  });
});
