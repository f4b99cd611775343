import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {resolve} from '../../../../src/lib/config/resolve.ts';
import {readTree} from '../../../../src/lib/config/tree.ts';
import {parseYaml} from '../../../../src/lib/config/yaml.ts';
import {configEntries} from '../../../../src/lib/features/init/config-entries.ts';
import {configText} from '../../../../src/lib/features/init/config-text.ts';
import {checkFlags, complete} from '../../../../src/lib/features/init/headless.ts';
import {NO_FACTS} from '../../../../src/lib/features/init/question.ts';
import {QUESTIONS} from '../../../../src/lib/features/init/questions.ts';
import {reviewLines} from '../../../../src/lib/features/init/review.ts';
import {
  composeText,
  keyConfigText,
  passwordStep,
} from '../../../../src/lib/features/init/web3signer-files.ts';
import {isWorkerAnswer, USUAL_WORKERS} from '../../../../src/lib/features/init/usual-workers.ts';
import {NODE_ID} from '../../../support/config-file.ts';

const ANSWERS = {
  network: 'mainnet',
  'node-id': NODE_ID,
  'signer-url': 'http://127.0.0.1:9000',
  'dispatcher-url': '127.0.0.1:8081',
  'rpc-url': 'https://rpc.example.org/v3/the-access-key',
  'range-contract': '0x27e4384ecc11810c2F49914390052b22c4e3CcC0',
  listen: '0.0.0.0:21001',
  'vrf-key-file': './vrf.key',
} as const;

function read(text: string) {
  const {root, problems} = parseYaml(text);
  const tree = readTree(root, 'c.yaml');
  return {tree, problems: [...problems, ...tree.problems], resolved: resolve({flags: {}, env: {}, tree})};
}

describe('the text of config.yaml', () => {
  it('comments every key and names the problem', () => {
    const known = {answers: ANSWERS, facts: NO_FACTS};
    const problem = {
      state: 'fail',
      found: 'nothing listens on 127.0.0.1:9000',
      next: {say: 'Start Web3Signer.'},
    } as const;
    const text = configText(['Head.'], configEntries(known, {'signer-url': problem}, '2026-01-02'));
    expect(text).toContain(
      '  # 2026-01-02, when this was written: nothing listens on 127.0.0.1:9000. Start Web3Signer.\n  signer_key: "http://127.0.0.1:9000"',
    );
    const lines = text.split('\n');
    for (const [index, line] of lines.entries())
      if (/^\s*[a-z_]+: \S/.test(line)) expect(lines[index - 1]).toMatch(/^\s*# /);
    expect(Math.max(...lines.map(({length}) => length))).toBeLessThanOrEqual(110);
  });

  it('shows what a tee worker is to be judged by, as a comment that can be uncommented', () => {
    const known = {
      answers: {...ANSWERS, 'worker-kind': 'tee', 'worker-url': 'http://127.0.0.1:3000'},
      facts: NO_FACTS,
    };
    const text = configText(['Head.'], configEntries(known, {}, '2026-01-02'));
    expect(read(text).tree.values.has('workers.tee.root')).toBe(false);
    const uncommented = text.replaceAll(/# (root: |pcrs:|  0: )/g, '$1');
    const {tree, problems} = read(uncommented);
    expect(problems).toEqual([]);
    expect(['workers.tee.root', 'workers.tee.pcrs.0'].map((path) => tree.values.has(path))).toEqual([
      true,
      true,
    ]);
    const opml = configText(['Head.'], configEntries({answers: ANSWERS, facts: NO_FACTS}, {}, '2026-01-02'));
    expect(opml).not.toContain('pcrs');
  });

  it('is read again as it was meant, whatever the values and comments are', () => {
    const nasty = fc.oneof(
      fc.string({unit: 'grapheme-ascii', minLength: 1}),
      fc.constantFrom(
        '#x',
        'a: b',
        '- x',
        "it's",
        'null',
        'yes',
        '0x12',
        '1e3',
        '{a}',
        '*x',
        '&x',
        '%x',
        '"',
        '\\',
        'a #b',
      ),
    );
    fc.assert(
      // Only a path may have letters that are not ASCII.
      fc.property(nasty, fc.oneof(nasty, fc.constantFrom('für', '日本')), fc.string(), (type, dir, note) => {
        fc.pre(type.trim() !== '' && dir.trim() !== '');
        const printable = note.replaceAll(/[^ -~]/g, '');
        const text = configText(
          [printable],
          [
            {path: 'node.node_type', value: type, notes: [printable]},
            {path: 'store.dir', value: dir},
          ],
        );
        const {tree, problems} = read(text);
        expect(problems).toEqual([]);
        expect(tree.unknown).toEqual([]);
        expect(tree.values.get('node.node_type')?.[0]?.text).toBe(type.trim());
        expect(tree.values.get('store.dir')?.[0]?.text).toBe(dir.trim());
      }),
    );
  });

  it('gives workers an address they are heard at when the outer one is not this machine', () => {
    const known = {answers: {...ANSWERS, 'outer-url': 'http://203.0.113.7:21001'}, facts: NO_FACTS};
    const {resolved} = read(configText([], configEntries(known, {}, '')));
    expect(resolved.raw({path: 'net.callback_url'} as never)?.texts[0]?.text).toBe('http://127.0.0.1:21001');
  });

  it('takes over what a devnet needs to be registered at, and nothing that is its operator’s own', () => {
    const devnet = {
      'node.bls_key_file': ['/devnet/bls.json'],
      'node.bls_password_file': ['/devnet/bls.password'],
      'store.dir': ['/devnet/state'],
    };
    const known = {answers: {...ANSWERS, network: 'devnet'}, facts: {...NO_FACTS, devnet}};
    const entries = configEntries(known, {}, '');
    const values = Object.fromEntries(entries.map(({path, value}) => [path, value]));
    const review = reviewLines({file: 'c.yaml', entries, findings: {}, making: []}, 79);
    expect(review.filter((line) => line.includes('bls'))).toEqual([
      '  node.bls_*  the BLS key that the devnet made',
    ]);
    expect(values).toMatchObject({
      'node.bls_key_file': ['/devnet/bls.json'],
      'node.bls_password_file': ['/devnet/bls.password'],
    });
    expect(values).not.toHaveProperty(['store.dir']);
  });

  it('keeps the chain id of a network of your own', () => {
    const known = {answers: {...ANSWERS, network: 'custom'}, facts: {...NO_FACTS, chainId: 1234}};
    expect(configText([], configEntries(known, {}, ''))).toContain('  chain_id: 1234\n');
  });
});

describe('the review', () => {
  it('shows what is not the default, and no access key', () => {
    const entries = configEntries({answers: ANSWERS, facts: NO_FACTS}, {}, '');
    const lines = reviewLines({file: 'c.yaml', entries, findings: {}, making: ['vrf.key']}, 79);
    expect(lines).toMatchInlineSnapshot(`
      [
        "Settings of c.yaml that differ from the defaults:",
        "  network  mainnet",
        "  node.node_id  0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73",
        "  node.signer_key  http://127.0.0.1:9000",
        "  net.dispatcher_url  127.0.0.1:8081",
        "  chain.chain_rpc_url  https://rpc.example.org/… (the rest is not shown)",
        "  chain.vrf_range_contract  0x27e4384ecc11810c2F49914390052b22c4e3CcC0",
        "  node.vrf_key_file  ./vrf.key",
        "  makes vrf.key",
        "  ! node.dispatcher_address is not set: jobs of any valid signer are taken",
        "  ! net.outer_url is not set: the network does not know where to probe this",
        "    node",
        "  ! alerts is not set: none is sent when something is wrong",
      ]
    `);
  });

  it('names the value of each problem', () => {
    const text = 'nothing answers at 127.0.0.1:1 (ECONNREFUSED), whatever was tried to reach it';
    const nobody = {state: 'fail', found: text, next: null} as const;
    const findings = {
      'alert-webhook': nobody,
      'dispatcher-url': nobody,
      listen: {...nobody, state: 'ok'},
    } as const;
    const lines = reviewLines({file: 'c.yaml', entries: [], findings, making: []}, 79);
    expect(lines.slice(1)).toMatchInlineSnapshot(`
      [
        "  ! net.dispatcher_url: nothing answers at 127.0.0.1:1 (ECONNREFUSED), whatever",
        "    was tried to reach it",
        "  ! alerts.webhook_url: nothing answers at 127.0.0.1:1 (ECONNREFUSED), whatever",
        "    was tried to reach it",
        "  ! node.dispatcher_address is not set: jobs of any valid signer are taken",
        "  ! net.outer_url is not set: the network does not know where to probe this",
        "    node",
        "  ! alerts is not set: none is sent when something is wrong",
      ]
    `);
  });

  it.each([80, 40, 20])('fits %d columns', (width) => {
    const entries = configEntries({answers: ANSWERS, facts: NO_FACTS}, {}, '');
    const findings = {
      'rpc-url': {state: 'fail', found: 'rpc.example.org cannot be reached', next: null},
    } as const;
    const lines = reviewLines(
      {file: 'c.yaml', entries, findings, making: ['/a/long/path/of/a/vrf.key']},
      width,
    );
    const long = lines.slice(1).filter(({length}) => length > width);
    // A key's name is never broken.
    expect(long.filter((line) => !/^ {2}[a-z_.]+$/.test(line))).toEqual([]);
  });
});

describe('without a person', () => {
  it('every question but the account has a flag, and the missing ones are named together', () => {
    expect(QUESTIONS.filter(({flag}) => flag === null).map(({key}) => key)).toEqual(['account']);
    expect(complete({}, NO_FACTS).missing).toEqual([
      '--node-id',
      '--signer-url',
      '--dispatcher-url',
      '--rpc-url',
      '--range-contract',
    ]);
  });

  it('Web3Signer beside it has a preset', () => {
    expect(complete({}, {...NO_FACTS, withSigner: true}).missing).not.toContain('--signer-url');
  });

  it('wrong flags are told all at once, without what was typed', () => {
    const {wrong} = checkFlags(
      {'node-id': '0x1', 'rpc-url': 'ftp://secret', network: 'holesky', listen: ''},
      NO_FACTS,
    );
    expect(wrong).toHaveLength(4);
    expect(wrong.join()).not.toContain('secret');
    expect(wrong[0]).toContain('--network is retired');
  });

  it('a running devnet answers everything', () => {
    const devnet = {
      'node.node_id': [NODE_ID],
      'node.signer_key': ['http://127.0.0.1:1'],
      'net.dispatcher_url': ['127.0.0.1:2'],
      'chain.chain_rpc_url': ['http://127.0.0.1:3'],
      'chain.vrf_range_contract': [ANSWERS['range-contract']],
    };
    const {missing, answers} = complete({network: 'devnet'}, {...NO_FACTS, devnet});
    expect(missing).toEqual([]);
    expect(answers['rpc-url']).toBe('http://127.0.0.1:3');
  });
});

describe('the files for Web3Signer', () => {
  it('avoid its pitfalls', () => {
    const setup = {
      address: NODE_ID,
      chainId: 560048,
      port: 9100,
      owner: {uid: 1001, gid: 1002},
      keysDir: './keys',
      passwordFile: 'operator.password',
    };
    const compose = composeText(setup);
    expect(compose).toMatchInlineSnapshot(`
      "# Web3Signer for the AOS operator 0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73.
      # Start it: docker compose -f web3signer.compose.yaml up -d; look at it: aos signer check
      services:
        web3signer:
          # A tag may be moved to other content. To keep to the image that you have tried, put in its place what this prints:
          # docker image inspect --format '{{index .RepoDigests 0}}' consensys/web3signer:26.4.2
          image: consensys/web3signer:26.4.2
          restart: unless-stopped
          # The key files are mode 0600, so the container must be their owner.
          user: "1001:1002"
          security_opt: ["no-new-privileges:true"]
          cap_drop: [ALL]
          command:
            # All addresses of the container; else the published port is dead.
            - --http-listen-host=0.0.0.0
            - --http-listen-port=9000
            # Names it may be called by; others get 403.
            - --http-host-allowlist=127.0.0.1,localhost,web3signer
            # A key service that needs longer than the default 30 s is not cut off.
            - --idle-connection-timeout-seconds=120
            - --key-config-path=/keys
            # Options of the chain stand behind eth1.
            - eth1
            - --chain-id=560048
          ports:
            # Loopback only: anyone who reaches this port can sign with the operator's key.
            - "127.0.0.1:9100:9000"
          volumes:
            - "./keys:/keys:ro"
      "
    `);
    expect(parseYaml(compose).problems).toEqual([]);
    expect(keyConfigText(setup)).toMatchInlineSnapshot(`
      "# Key of the AOS operator 0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73 for Web3Signer.
      type: "file-keystore"
      # Without keyType it is taken for a BLS key and left out without a word.
      keyType: "SECP256K1"
      # Encrypted V3 keystore; relative paths start at this file.
      keystoreFile: "operator.json"
      # Mode 0600; its first line is the password. (In bulk loading even a newline at its end would count.)
      keystorePasswordFile: "operator.password"
      "
    `);
    expect(parseYaml(keyConfigText(setup)).problems).toEqual([]);
    // No newline behind a password, and no password in the history of the shell.
    expect(passwordStep('./p')).toBe(
      `(umask 077; trap 'stty echo; echo' EXIT; trap 'exit 130' INT; printf 'Password: '; stty -echo; IFS= read -r P; printf %s "$P" > ./p)`,
    );
  });

  it('wait for a chain id that is not known yet', () => {
    const text = composeText({
      address: NODE_ID,
      chainId: null,
      port: 9000,
      owner: {uid: 1, gid: 1},
      keysDir: './keys',
      passwordFile: 'p',
    });
    expect(text).toContain('--chain-id=${AOS_CHAIN_ID:?');
    expect(parseYaml(text).problems).toEqual([]);
  });
});

describe('workers on their usual ports', () => {
  it.each([
    ['an opml worker', 200, '{"msg":"0"}', true],
    ['an opml worker', 200, '{"message":"hello"}', false],
    ['an opml worker', 200, 'no JSON', false],
    ['an opml worker', 200, 'null', false],
    ['a tee worker', 200, '{"remain_task":3}', true],
    ['Ollama', 200, '{"models":[]}', true],
    ['vLLM', 404, '{"data":[]}', false],
  ])('%s: HTTP %d %s', (what, status, body, expected) => {
    expect(
      isWorkerAnswer(
        USUAL_WORKERS.find((worker) => worker.what === what)!,
        status,
        body,
      ),
    ).toBe(expected);
  });
});
