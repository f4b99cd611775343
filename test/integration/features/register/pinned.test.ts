import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished} from 'vitest';
import {startAnvil, type Anvil} from '../../../../src/devnet/chain/anvil.ts';
import {devRpc} from '../../../../src/devnet/chain/rpc.ts';
import {confirmSigningWith, confirmWith} from '../../../../src/lib/features/tx/confirm.ts';
import {deregister} from '../../../../src/lib/features/register/deregister.ts';
import {checkLeaving} from '../../../../src/lib/features/register/leave-check.ts';
import type {RegisterOptions} from '../../../../src/lib/features/register/options.ts';
import {checkRegistration, register} from '../../../../src/lib/features/register/register.ts';
import {checkReplace} from '../../../../src/lib/features/tx/replace-check.ts';
import {replace} from '../../../../src/lib/features/tx/replace.ts';
import type {Config} from '../../../../src/lib/config/config.ts';
import {compiledContracts} from '../../../support/contracts.ts';
import {placeAt, deployed, registering, type Site} from '../../../support/registration.ts';
import {startRpcShim, type Tamper} from '../../../support/rpc-shim.ts';
import {nonceOf} from '../../../support/tx.ts';

let compiled: Awaited<ReturnType<typeof compiledContracts>>;
let anvil: Anvil;
let contracts: Site['contracts'];
let empty: unknown;

beforeAll(async () => {
  compiled = await compiledContracts();
  anvil = await startAnvil({blockTime: 1});
  contracts = await deployed(anvil.url, compiled.artifacts, {flow: 'bls', range: {start: 0n, end: 9n}});
}, 240_000);
afterAll(async () => {
  await anvil.close();
  compiled.remove();
});
beforeEach(async () => {
  empty = await devRpc(anvil.url, 'evm_snapshot');
});
afterEach(async () => {
  await devRpc(anvil.url, 'evm_revert', [empty]);
});

const pass: Tamper = () => null;
const json = (id: unknown, answer: object): {status: number; body: string} => ({
  status: 200,
  body: JSON.stringify({jsonrpc: '2.0', id, ...answer}),
});

/** The operator behind an RPC of the test, and what its signer was asked to sign. */
async function place(
  tamper: Tamper = pass,
  over: Partial<Config['chain']['contracts']> = {},
  chainId = true,
) {
  const site = await placeAt(anvil.url, contracts);
  const rpc = await startRpcShim(anvil.url, tamper);
  const asked: string[] = [];
  const signer = await startRpcShim(site.config.node.signerUrl, ({method}) => {
    if (method.startsWith('eth_sign')) asked.push(method);
    return null;
  });
  onTestFinished(async () => {
    await rpc.close();
    await signer.close();
  });
  const {config} = site;
  return {
    site,
    asked,
    config: {
      ...config,
      network: 'custom',
      chainId: chainId ? config.chainId : null,
      node: {...config.node, signerUrl: signer.url},
      chain: {...config.chain, rpcUrls: [rpc.url], contracts: {...config.chain.contracts, ...over}},
    },
  };
}

type Place = Awaited<ReturnType<typeof place>>;

/** The options of the command line, with what it shows. */
function options({site}: Place, {yes, mode = 'apply'}: {yes: boolean; mode?: RegisterOptions['mode']}) {
  const shown: string[] = [];
  const note = (line: string): void => void shown.push(line);
  const talk = {yes, canAsk: false, signal: new AbortController().signal, note};
  const given = registering(site, {
    mode,
    note,
    confirm: confirmWith({...talk, command: 'register'}),
    confirmSigning: confirmSigningWith(talk),
  });
  return {shown, given};
}

const nothingNamed = {serviceManager: null, avsDirectory: null};

describe('what only the RPC names', () => {
  it('is not signed by --yes: exit 77 with the keys to set', async () => {
    const at = await place(pass, nothingNamed, false);
    const {given} = options(at, {yes: true});
    await expect(register(at.config, given)).rejects.toMatchObject({
      code: 'NOT_PINNED',
      exitCode: 77,
      details: {
        unpinned: [
          {path: 'chain.chain_id', value: '31337'},
          {path: 'chain.contracts.service_manager', value: contracts.service_manager},
          {path: 'chain.contracts.avs_directory', value: contracts.avs_directory},
        ],
      },
    });
    expect(at.asked).toEqual([]);
  });

  it('is marked in what is shown, and neither a dry run nor a check signs anything', async () => {
    const at = await place(pass, nothingNamed);
    const {shown, given} = options(at, {yes: false, mode: 'dry-run'});
    const planned = await register(at.config, given);
    await checkRegistration(at.config, given);
    expect(planned.steps).toContainEqual(
      expect.objectContaining({id: 'avs', outcome: 'planned', call: null}),
    );
    const text = shown.join('\n');
    expect(text).toMatch(new RegExp(`AVS +${contracts.service_manager} \\(only the RPC says so\\)`, 'i'));
    expect(text).toMatch(
      new RegExp(`AVSDirectory +${contracts.avs_directory} \\(only the RPC says so\\)`, 'i'),
    );
    expect(text).toMatch(/network +custom, chain 31337\n/);
    expect(text).toMatch(/expiry +\d{4}-.*by chain time/);
    expect(text).toMatch(/digest +0x[0-9a-f]{64}/);
    expect(at.asked).toEqual([]);
  });

  it('is asked about before something is signed for --calldata, and what is named is not', async () => {
    const open = await place(pass, nothingNamed);
    await expect(
      register(open.config, options(open, {yes: true, mode: 'calldata'}).given),
    ).rejects.toMatchObject({code: 'NOT_PINNED'});
    expect(open.asked).toEqual([]);
    const named = await place();
    await register(named.config, options(named, {yes: false, mode: 'calldata'}).given);
    expect(named.asked).toEqual(['eth_signTypedData']);
  });

  it('differs from the configuration: nothing is signed', async () => {
    const evil = '0x00000000000000000000000000000000e1110000';
    const at = await place(pass, {serviceManager: evil});
    await expect(register(at.config, options(at, {yes: true}).given)).rejects.toMatchObject({exitCode: 77});
    expect(at.asked).toEqual([]);
  });
});

describe('a published key, by the chain that the RPC serves', () => {
  beforeEach(() => devRpc(anvil.url, 'anvil_setChainId', [560_048]));
  afterEach(() => devRpc(anvil.url, 'anvil_setChainId', [31_337]));

  it('signs nothing: neither to register or leave, nor to replace a transaction', async () => {
    const at = await place(pass, {}, false);
    const {given, shown} = options(at, {yes: true});
    const refused = {code: 'KEY_PUBLIC', exitCode: 77};
    const which = {kind: 'cancel', which: {hash: '0x12'}} as const;
    await expect(register(at.config, given)).rejects.toMatchObject(refused);
    await expect(checkRegistration(at.config, given)).rejects.toMatchObject(refused);
    await expect(replace(at.config, which, given)).rejects.toMatchObject(refused);
    await expect(checkReplace(at.config, which, given)).rejects.toMatchObject(refused);
    const leaving = {...given, force: true};
    await expect(deregister(at.config, leaving)).rejects.toMatchObject({
      ...refused,
      next: {run: {command: 'deregister', args: ['--calldata']}},
    });
    expect(shown).toEqual([]);
    expect(at.asked).toEqual([]);
    // The way out stays open for a call that another tool sends.
    await expect(deregister(at.config, {...leaving, mode: 'calldata'})).resolves.toMatchObject({flow: 'bls'});
    expect(at.asked).toEqual([]);
  });
});

describe('a second RPC', () => {
  it.each([
    ['of another chain', 'eth_chainId', '0x1', 'CHAIN_WRONG_ID'],
    ['with other code at the registry', 'eth_getCode', '0x60', 'CHAIN_MISMATCH'],
  ])('%s: nothing is signed', async (_name, hostile, result, code) => {
    const at = await place();
    const other = await startRpcShim(anvil.url, ({id, method, params}) => {
      const isOurs =
        method !== 'eth_getCode' ||
        JSON.stringify(params).toLowerCase().includes(contracts.registry.toLowerCase());
      return method === hostile && isOurs ? json(id, {result}) : null;
    });
    onTestFinished(() => other.close());
    const config = {
      ...at.config,
      chain: {...at.config.chain, rpcUrls: [...at.config.chain.rpcUrls, other.url]},
    };
    const {given} = options(at, {yes: true});
    const refusal = {code, exitCode: 77};
    await expect(register(config, given)).rejects.toMatchObject(refusal);
    // A check that says yes to what is refused afterwards would be of no use.
    await expect(checkRegistration(config, given)).rejects.toMatchObject(refusal);
    await expect(checkLeaving(config, {...given, force: false})).rejects.toMatchObject(refusal);
    expect(at.asked).toEqual([]);
  });
});

describe('an operator that says yes to what is named', () => {
  it('signs after the question, where the RPC simulates unsigned calls and where it does not', async () => {
    const tooMany = {error: {code: -32602, message: 'too many arguments, want at most 2'}};
    for (const tamper of [
      pass,
      // An RPC that drops the third parameter runs no other code.
      (({id, method, params}) =>
        method === 'eth_call' && params.length > 2 ? json(id, {result: '0x'}) : null) satisfies Tamper,
      // One that runs it for a call, and refuses it for an estimate.
      (({id, method, params}) =>
        method === 'eth_estimateGas' && params.length > 2 ? json(id, tooMany) : null) satisfies Tamper,
    ]) {
      const snapshot = await devRpc(anvil.url, 'evm_snapshot');
      const at = await place(tamper);
      const {given, shown} = options(at, {yes: true});
      let signedBefore = -1;
      const {confirm} = given;
      const report = await register(at.config, {
        ...given,
        confirm: (...asked) => {
          signedBefore = at.asked.length;
          return confirm(...asked);
        },
      });
      expect(signedBefore).toBe(0);
      expect(shown.join('\n')).toMatch(/signed, the data has the keccak-256 0x[0-9a-f]{64}/);
      expect(report.steps).toContainEqual(expect.objectContaining({id: 'avs', outcome: 'done'}));
      expect(at.asked).toEqual(expect.arrayContaining(['eth_signTypedData', 'eth_signTransaction']));
      await devRpc(anvil.url, 'evm_revert', [snapshot]);
    }
  });

  it.each([
    ['a tip of 490 gwei', 'eth_maxPriorityFeePerGas', '0x7215e06400', 'TX_TIP_TOO_HIGH', /--max-tip/],
    ['50 million gas', 'eth_estimateGas', '0x2faf080', 'TX_COST_TOO_HIGH', /--max-gas/],
  ])('is refused %s by an RPC', async (_name, hostile, result, code, flag) => {
    const at = await place(({id, method}) => (method === hostile ? json(id, {result}) : null));
    const before = await nonceOf(anvil.url, 'pending');
    const error: unknown = await register(at.config, options(at, {yes: true}).given).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({code, exitCode: 77});
    expect(JSON.stringify((error as {next: unknown}).next)).toMatch(flag);
    expect(at.asked).toEqual([]);
    expect(await nonceOf(anvil.url, 'pending')).toBe(before);
  });

  it('pays the tip that a node names when it refuses one, within the bound, in the same run', async () => {
    let refused = 0;
    const at = await place(({id, method}) => {
      if (method === 'eth_maxPriorityFeePerGas') return json(id, {result: '0x0'});
      if (method !== 'eth_sendRawTransaction' || refused > 0) return null;
      refused += 1;
      const message = 'transaction underpriced: gas tip cap 0, minimum needed 1500000000';
      return json(id, {error: {code: -32000, message}});
    });
    const report = await register(at.config, options(at, {yes: true}).given);
    const avs = report.steps.find(({id}) => id === 'avs');
    expect(avs).toMatchObject({outcome: 'done', tx: {maxPriorityFeePerGas: 1_500_000_000n}});
    // The typed data is not signed again for it.
    expect(at.asked.filter((method) => method === 'eth_signTypedData')).toHaveLength(1);
  });

  it('is never sent round in a circle by a node that wants more than the bound', async () => {
    const message = 'transaction underpriced: gas tip cap 0, minimum needed 90000000000';
    const at = await place(({id, method}) =>
      method === 'eth_sendRawTransaction' ? json(id, {error: {code: -32000, message}}) : null,
    );
    await expect(register(at.config, options(at, {yes: true}).given)).rejects.toMatchObject({
      code: 'TX_TIP_TOO_HIGH',
      exitCode: 77,
      message: expect.stringContaining('wants a tip of 90 gwei') as string,
    });
  });
});
