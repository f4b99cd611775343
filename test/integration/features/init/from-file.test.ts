import {mkdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {loadConfig} from '../../../../src/lib/config/load.ts';
import {answersGiven} from '../../../../src/lib/features/init/flags.ts';
import {readOperatorFile} from '../../../../src/lib/features/init/from-file.ts';
import {initNode, type InitOptions} from '../../../../src/lib/features/init/init.ts';
import {renderInitReport} from '../../../../src/lib/features/init/report.ts';
import {isAosError} from '../../../../src/lib/foundation/errors/error.ts';
import {RAW_KEY, tempDir, thrown} from '../../../support/config-file.ts';
import {listStyle} from '../../../support/list-style.ts';

/** The address of a key that no document shows: init refuses one that is published. */
const NODE_ID = '0x52908400098527886E0F7030069857D2E4169EE7';
const CONTRACT = `0x${'12'.repeat(20)}`;
const MAINNET_DELEGATION = '0x39053D51B77DC0d36036Fc1fCc8Cb819df8Ef37A';

type Parts = {
  address?: string;
  rpc?: string;
  chain?: string;
  keystore?: string;
  type?: string;
  web3?: string;
  more?: string;
  delegation?: string;
};

/** As `eigenlayer operator config create` writes it. */
const operatorYaml = (parts: Parts = {}): string => `operator:
    address: ${parts.address ?? NODE_ID}
    delegation_approver_address: "0x0000000000000000000000000000000000000000"
    metadata_url: https://raw.githubusercontent.com/me/metadata.json
    allocation_delay: 1512000
el_delegation_manager_address: ${parts.delegation ?? MAINNET_DELEGATION}
eth_rpc_url: ${parts.rpc ?? 'https://rpc.example.org/v3/rpc-secret'}
chain_id: ${parts.chain ?? '1'}
private_key_store_path: ${parts.keystore ?? '""'}
signer_type: ${parts.type ?? 'web3'}
fireblocks:
    api_key: "fire-secret"
    secret_key: ""
    base_url: ""
    timeout: 0
web3:
    url: ${parts.web3 ?? 'http://10.0.0.9:9000'}
${parts.more ?? ''}`;

/** The keystore of no key, in the form of go-ethereum, with a member that has no place in it. */
const keystore = (address = NODE_ID): string =>
  JSON.stringify({
    address: address.slice(2).toLowerCase(),
    crypto: {
      cipher: 'aes-128-ctr',
      ciphertext: '11'.repeat(32),
      cipherparams: {iv: '22'.repeat(16)},
      kdf: 'scrypt',
      kdfparams: {dklen: 32, n: 262_144, p: 1, r: 8, salt: '33'.repeat(32)},
      mac: '44'.repeat(32),
    },
    id: '3198bc9c-6672-5ab3-d995-4942343ae5b6',
    version: 3,
    privateKey: RAW_KEY,
  });

const GIVEN = {'dispatcher-url': '127.0.0.1:8081', 'range-contract': CONTRACT};

async function init(dir: string, given: Record<string, string> = {}, more: Partial<InitOptions> = {}) {
  const notes: string[] = [];
  const report = await initNode({
    config: undefined,
    from: 'operator.yaml',
    given: answersGiven({...GIVEN, ...given}),
    signer: {entries: [], wrong: []},
    yes: true,
    force: false,
    withSigner: false,
    mayAsk: false,
    style: {color: false, ascii: true},
    probe: false,
    env: {HOME: dir},
    cwd: dir,
    version: '0.1.0',
    note: (line) => notes.push(line),
    signal: new AbortController().signal,
    ...more,
  });
  return {report, notes, text: readFileSync(join(dir, 'config.yaml'), 'utf8')};
}

async function withFile<T>(text: string, use: (dir: string) => Promise<T>): Promise<T> {
  using dir = tempDir();
  writeFileSync(join(dir.path, 'operator.yaml'), text);
  return await use(dir.path);
}

const read = (text: string, given: Record<string, string> = {}, name = 'operator.yaml') => {
  using dir = tempDir();
  writeFileSync(join(dir.path, name), text);
  return readOperatorFile(name, answersGiven(given), {
    cwd: dir.path,
    env: {HOME: dir.path},
    withSigner: false,
  });
};

describe('aos init --from operator.yaml', () => {
  it('takes over what a configuration has a place for, and no secret', () =>
    withFile(operatorYaml(), async (dir) => {
      const {report, text} = await init(dir);
      expect(report.from?.keys.map(({path, became, note}) => `${path} ${became}: ${note}`))
        .toMatchInlineSnapshot(`
        [
          "chain_id kept: is network mainnet now",
          "operator.address kept: is node.node_id now",
          "web3.url kept: is node.signer_key now",
          "eth_rpc_url kept: is chain.chain_rpc_url now",
          "el_delegation_manager_address left out: the network brings the same",
          "operator.delegation_approver_address left out: is on chain once the operator is registered with EigenLayer",
          "operator.metadata_url left out: for the registration alone: aos register --as-operator --metadata-url URL",
          "operator.allocation_delay left out: is on chain once the operator is registered with EigenLayer",
          "signer_type left out: aos signs through Web3Signer alone",
          "fireblocks.api_key left out: aos signs through Web3Signer alone",
          "fireblocks.timeout left out: aos signs through Web3Signer alone",
        ]
      `);
      const {config} = loadConfig({file: report.file, env: {HOME: dir}, cwd: dir}, {need: 'run'});
      expect(config).toMatchObject({
        network: 'mainnet',
        node: {id: NODE_ID, signerUrl: 'http://10.0.0.9:9000'},
        chain: {
          rpcUrls: ['https://rpc.example.org/v3/rpc-secret'],
          contracts: {delegationManager: MAINNET_DELEGATION},
        },
      });
      expect(text).not.toMatch(/fire-secret|fireblocks|delegation_manager/);
      expect(report.web3signer).toBeNull();
      const shown = JSON.stringify(report) + renderInitReport(report, listStyle({width: 79}));
      expect(shown).not.toMatch(/rpc-secret|fire-secret/);
    }));

  it('sets up a Web3Signer with the keystore that it names', () =>
    withFile(
      operatorYaml({type: 'local_keystore', web3: '""', keystore: '~/keys dir/op.ecdsa.key.json'}),
      async (dir) => {
        mkdirSync(join(dir, 'keys dir'));
        writeFileSync(join(dir, 'keys dir/op.ecdsa.key.json'), keystore(), {mode: 0o644});
        const {report, text} = await init(dir);
        const copy = join(dir, 'keys/operator.json');
        expect(report.web3signer?.keystore).toBe(copy);
        expect(statSync(copy).mode & 0o777).toBe(0o600);
        const {privateKey, ...own} = JSON.parse(keystore()) as Record<string, unknown>;
        expect(JSON.parse(readFileSync(copy, 'utf8'))).toEqual(own);
        expect(readFileSync(copy, 'utf8')).not.toContain(String(privateKey));
        expect(readFileSync(join(dir, 'keys/operator.yaml'), 'utf8')).toContain(
          'keystoreFile: "operator.json"',
        );
        expect(text).toContain('signer_key: "http://127.0.0.1:9000"');
        expect(report.next.filter((step) => step.includes('cast wallet'))).toEqual([]);
        expect(report.next[0]).toContain('operator.password');
        // Not even --force replaces what may be the only copy of a key.
        await expect(init(dir, {}, {force: true})).rejects.toMatchObject({code: 'KEY_EXISTS'});
      },
    ));

  it.each([
    ['is not there', null, 'is not there (ENOENT)'],
    [
      'is of another operator',
      keystore(CONTRACT),
      'is the keystore of 0x1212121212121212121212121212121212121212',
    ],
    ['is no JSON', '{', 'is not the JSON of a keystore'],
    ['is of another form', '{"version":3}', 'no Web3 Secret Storage'],
  ])('asks for a signer when the keystore %s', (_, content, said) =>
    withFile(operatorYaml({type: 'local_keystore', web3: '""', keystore: './op.json'}), async (dir) => {
      if (content !== null) writeFileSync(join(dir, 'op.json'), content);
      const notes: string[] = [];
      await expect(init(dir, {}, {note: (line) => notes.push(line)})).rejects.toMatchObject({
        code: 'USAGE',
        message: expect.stringContaining('--signer-url') as string,
      });
      expect(notes.join()).toContain(said);
      const {report} = await init(dir, {'signer-url': 'http://127.0.0.1:9000'});
      expect(report.web3signer).toBeNull();
    }),
  );

  it('lets each flag outrank the file, also where the file is wrong', () => {
    const taken = read(operatorYaml({address: 'nobody', rpc: 'nowhere'}), {
      'node-id': NODE_ID,
      'rpc-url': 'http://h:1',
    });
    expect(taken.given).toEqual({network: 'mainnet', 'signer-url': 'http://10.0.0.9:9000'});
    expect(taken.keys).toContainEqual({
      path: 'operator.address',
      became: 'left out',
      note: '--node-id is given',
    });
  });

  it.each([
    ['1', {}, 'mainnet', []],
    ['560048', {}, 'hoodi', ['chain.contracts.delegation_manager']],
    ['11155111', {}, 'sepolia', ['chain.contracts.delegation_manager']],
    ['8453', {}, 'custom', ['chain.chain_id', 'chain.contracts.delegation_manager']],
    ['0', {}, undefined, ['chain.contracts.delegation_manager']],
    ['""', {}, undefined, ['chain.contracts.delegation_manager']],
    // RPC and contracts of another chain are of no use.
    ['1', {network: 'hoodi'}, undefined, []],
    ['17000', {network: 'hoodi'}, undefined, []],
  ])('chain %s with %j is the network %s', (chain, given, network, paths) => {
    const taken = read(operatorYaml({chain}), given);
    expect(taken.given['network']).toBe(network);
    expect(taken.entries.map(({path}) => path)).toEqual(paths);
    expect(Object.hasOwn(taken.given, 'rpc-url')).toBe(Object.keys(given).length === 0);
  });

  it.each([
    ['a retired chain', operatorYaml({chain: '17000'}), /:8:11 {2}chain_id {2}is holesky, which is retired/],
    [
      'a placeholder',
      operatorYaml({address: '<your operator address>'}),
      /:2:14 {2}operator\.address {2}has a place to fill in/,
    ],
    ['a signer with a path', operatorYaml({web3: 'http://h:1/x'}), /web3\.url {2}has a path/],
    ['no number', operatorYaml({chain: 'one'}), /chain_id {2}is not a whole number/],
    [
      'a wrong contract',
      operatorYaml({delegation: '0x12'}),
      /el_delegation_manager_address {2}has 2 hex digits/,
    ],
    ['broken YAML', 'operator: [\n', /operator\.yaml:/],
    ['another file', 'name: me\n', /is not an operator\.yaml/],
    ['a configuration', `node_id: ${NODE_ID}\n`, /is a configuration of aos/],
    ['nothing', '', /is not an operator\.yaml/],
  ])('refuses %s', (_, text, said) => {
    const error = thrown(() => read(text));
    expect(isAosError(error, 'CONFIG_INVALID')).toBe(true);
    expect(String(error)).toMatch(said);
  });

  it('names the command that takes a reference file, and its own flag for a missing one', () => {
    expect(thrown(() => read(`node_id: ${NODE_ID}\n`))).toMatchObject({
      next: {run: {command: 'config migrate', args: ['operator.yaml']}},
    });
    using dir = tempDir();
    const missing = thrown(() => readOperatorFile('x.yaml', {}, {cwd: dir.path, env: {}, withSigner: false}));
    expect(missing).toMatchObject({
      code: 'CONFIG_MISSING',
      next: {say: expect.stringContaining('--from') as string},
    });
  });
});

describe('an operator.yaml with a raw private key', () => {
  const decimal = BigInt(`0x${RAW_KEY}`).toString();
  const words = 'test test test test test test test test test test test junk';
  it.each([
    ['as the keystore', operatorYaml({keystore: RAW_KEY})],
    ['with 0x and quotes', operatorYaml({keystore: `"0x${RAW_KEY.toUpperCase()}"`})],
    ['under a name of its own', operatorYaml({more: `private_key: ${RAW_KEY}\n`})],
    ['in a list', operatorYaml({more: `keys: ["${RAW_KEY.slice(0, 32)}", "${RAW_KEY.slice(32)}"]\n`})],
    ['under a harmless name', operatorYaml({more: `note: 0x${RAW_KEY}\n`})],
    ['in place of the address', operatorYaml({address: `0x${RAW_KEY}`})],
    ['as a name', operatorYaml({more: `${RAW_KEY}: 1\n`})],
    ['over lines', operatorYaml({more: `note: >-\n  ${RAW_KEY.slice(0, 32)}\n  ${RAW_KEY.slice(32)}\n`})],
    ['through an alias', operatorYaml({more: `a: &k ${RAW_KEY}\nb: *k\n`})],
    ['as a number', operatorYaml({more: `bls_private_key: "${decimal}"\n`})],
    ['without its zeros', operatorYaml({more: `private_key: ${RAW_KEY.slice(3)}\n`})],
    ['as words', operatorYaml({more: `mnemonic: ${words}\n`})],
    [
      'as PEM',
      operatorYaml({
        more: 'fire:\n  key: |\n    -----BEGIN PRIVATE KEY-----\n    MIIE\n    -----END PRIVATE KEY-----\n',
      }),
    ],
    ['in a broken file', `private_key: ${RAW_KEY}\noperator: [\n`],
  ])('is refused: %s', (_, text) =>
    withFile(text, async (dir) => {
      const notes: string[] = [];
      const error: unknown = await init(dir, {}, {note: (line) => notes.push(line)}).catch(
        (thrown_: unknown) => thrown_,
      );
      if (!isAosError(error, 'RAW_PRIVATE_KEY')) throw error;
      expect(error.exitCode).toBe(77);
      const shown = [error.message, JSON.stringify(error.next), ...notes].join().toLowerCase();
      for (const secret of [RAW_KEY, decimal, words, 'miie'])
        expect(shown).not.toContain(secret.slice(0, 10));
      expect(() => statSync(join(dir, 'config.yaml'))).toThrow();
    }),
  );

  it('is refused where the keystore is a file with the key itself', () =>
    withFile(operatorYaml({type: 'local_keystore', web3: '""', keystore: './op.key'}), async (dir) => {
      for (const content of [`${RAW_KEY}\n`, `0x${RAW_KEY}`, decimal, words]) {
        writeFileSync(join(dir, 'op.key'), content);
        await expect(init(dir)).rejects.toMatchObject({code: 'RAW_PRIVATE_KEY'});
      }
      expect(() => statSync(join(dir, 'keys'))).toThrow();
    }));

  it('is not seen in what is none', () => {
    const rpc = `https://rpc.example.org/${RAW_KEY}`;
    expect(read(operatorYaml({rpc})).given['rpc-url']).toBe(rpc);
  });
});
