import {existsSync, readFileSync, renameSync, statSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import * as v from 'valibot';
import {describe, expect, it} from 'vitest';
import {loadConfig} from '../../../../src/lib/config/load.ts';
import {readVrfKey} from '../../../../src/lib/config/vrf-key.ts';
import {draftMigration, type Draft} from '../../../../src/lib/features/config/migrate-file.ts';
import {isAosError} from '../../../../src/lib/foundation/errors/error.ts';
import {renderPlan, renderWritten} from '../../../../src/lib/features/config/migrate-report.ts';
import {decryptSecret, secretStorageSchema} from '../../../../src/lib/keys/secret-storage.ts';
import {NODE_ID, RAW_KEY, tempDir, thrown} from '../../../support/config-file.ts';
import {OTHER_ADDRESS} from '../../../support/signer.ts';

const VRF = '4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318';
const PASSWORD = 'a long password';
/** The template of the reference operator. */
const reference = (signer: string, vrf: string): string => `db:
  pg_db_url: "postgres://postgres:pg-secret@127.0.0.1:5432"
  pg_db_name: "operator_db"
queue:
  queue_url: "redis://127.0.0.1:6379/"
  topic: task
net:
  rest_url: "0.0.0.0:21001"
  outer_url: "http://127.0.0.1:8080"
  dispatcher_url: "127.0.0.1:8081"
  callback_url: "http://127.0.0.1:21001/api/opml_callback"
  tee_llm_cid: 15
node:
  node_id: "${NODE_ID}"
  # signer_key: "${RAW_KEY}"
  signer_key: ${signer}
  vrf_key: ${vrf}
  cache_msg_maximum: 500
  heartbeat_interval: 10
  node_type: opml
  ai_models: [llama]
chain:
  chain_rpc_url: "https://rpc.example.org/v3/rpc-secret"
  vrf_range_contract: "0x27e4384ecc11810c2F49914390052b22c4e3CcC0"
  vrf_sort_precision: 6
api: {read_maximum: 20}
mine: 1
`;

function inDir<T>(
  text: string,
  use: (
    draft: (newVrfKey?: boolean, name?: string, network?: string | null) => Draft,
    dir: string,
    file: string,
  ) => T,
): T {
  const dir = tempDir();
  const file = join(dir.path, 'config.yaml');
  writeFileSync(file, text, {mode: 0o644});
  const draft = (newVrfKey = false, name = 'config.yaml', network: string | null = 'hoodi'): Draft =>
    draftMigration({
      file: name,
      signerUrl: 'http://127.0.0.1:9000',
      newVrfKey,
      network,
      cwd: dir.path,
      today: '2026-01-02',
    });
  const end = (): void => dir[Symbol.dispose]();
  try {
    const result = use(draft, dir.path, file);
    if (!(result instanceof Promise)) {
      end();
      return result;
    }
    return result.finally(end) as T;
  } catch (error) {
    end();
    throw error;
  }
}

const told = (draft: Draft): string => `${renderPlan(draft.report, 80)}\n${JSON.stringify(draft.report)}`;

describe('aos config migrate', () => {
  it('maps every key and moves both secrets out', () =>
    inDir(reference(`"0x${RAW_KEY}"`, VRF), async (make, dir, file) => {
      const draft = make();
      expect(draft.report.keys.map(({path, became}) => `${path} ${became}`)).toMatchInlineSnapshot(`
        [
          "node.node_id kept",
          "node.signer_key moved",
          "node.vrf_key moved",
          "node.node_type kept",
          "node.heartbeat_interval kept",
          "node.cache_msg_maximum left out",
          "node.ai_models left out",
          "net.rest_url kept",
          "net.outer_url kept",
          "net.dispatcher_url kept",
          "net.callback_url kept",
          "net.tee_llm_cid left out",
          "chain.chain_rpc_url kept",
          "chain.vrf_range_contract kept",
          "chain.vrf_sort_precision kept",
          "db.pg_db_url left out",
          "db.pg_db_name left out",
          "queue.queue_url left out",
          "queue.topic left out",
          "api.read_maximum left out",
          "mine unknown",
        ]
      `);
      const report = await draft.write({password: PASSWORD, passwordFile: null});
      expect(report.written).toMatchObject({address: NODE_ID, backup: `${file}.bak`});

      const {config, warnings} = loadConfig({file, env: {}, cwd: dir}, {need: 'run'});
      expect(warnings.map(({code, path}) => `${code} ${path}`)).toEqual([
        'LOOPBACK_PEER net.dispatcher_url',
        'LOOPBACK_PEER net.outer_url',
      ]);
      expect(config.node.signerUrl).toBe('http://127.0.0.1:9000');
      expect(config.chain.rpcUrls).toEqual(['https://rpc.example.org/v3/rpc-secret']);
      expect(Buffer.from(readVrfKey(config.node.vrfKey)).toString('hex')).toBe(VRF);

      const keystore = JSON.parse(readFileSync(join(dir, 'keys/operator.json'), 'utf8')) as {
        crypto: unknown;
        address: string;
        version: number;
        id: string;
      };
      expect(keystore).toMatchObject({version: 3, address: NODE_ID.slice(2).toLowerCase()});
      expect(keystore.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      const key = await decryptSecret(v.parse(secretStorageSchema, keystore.crypto), PASSWORD);
      expect(Buffer.from(key).toString('hex')).toBe(RAW_KEY);
      expect(readFileSync(join(dir, 'keys/operator.yaml'), 'utf8')).toContain('keyType: "SECP256K1"');

      for (const path of [file, `${file}.bak`, join(dir, 'vrf.key'), join(dir, 'keys/operator.json')])
        expect([path, statSync(path).mode & 0o777]).toEqual([path, 0o600]);
      expect(readFileSync(`${file}.bak`, 'utf8')).toBe(reference(`"0x${RAW_KEY}"`, VRF));
      expect(readFileSync(file, 'utf8')).not.toContain(RAW_KEY.slice(0, 16));
      // The password is not written anywhere that was not asked for.
      expect(existsSync(join(dir, 'keys/operator.password'))).toBe(false);
      expect(renderWritten(report)).toContain('mv ./config.yaml.bak ./config.yaml');
    }));

  it.each([
    ['quoted', `"${RAW_KEY}"`],
    ['upper case', RAW_KEY.toUpperCase()],
    ['over two lines', `"${RAW_KEY.slice(0, 32)}\\\n    ${RAW_KEY.slice(32)}"`],
    ['in a block', `|\n    ${RAW_KEY.slice(0, 40)}\n    ${RAW_KEY.slice(40)}`],
    ['folded', `>-\n    0x${RAW_KEY.slice(0, 16)}\n    ${RAW_KEY.slice(16)}`],
  ])('shows no secret, the key being %s', (_, written) =>
    inDir(reference(written, `'${VRF}'`), (make, _dir, file) => {
      const draft = make();
      expect(draft.needsPassword).toBe(true);
      const text = told(draft).toLowerCase();
      for (const secret of [RAW_KEY, VRF])
        for (let from = 0; from + 12 <= 64; from += 4)
          expect(text).not.toContain(secret.slice(from, from + 12));
      expect(text).not.toContain('pg-secret');
      expect(text).not.toContain('rpc-secret');
      // A dry run: nothing was touched.
      expect(readFileSync(file, 'utf8')).toBe(reference(written, `'${VRF}'`));
    }),
  );

  it('flags one key for both, and a key that is not node_id’s', () => {
    inDir(reference(RAW_KEY, RAW_KEY), (make) => {
      expect(make().report.warnings.map(({code}) => code)).toContain('KEY_SHARED');
    });
    inDir(reference(RAW_KEY, VRF).replace(NODE_ID, OTHER_ADDRESS), (make) => {
      expect(make().report.warnings).toContainEqual({
        code: 'KEY_OF_OTHER',
        message: expect.stringContaining(NODE_ID) as string,
      });
    });
  });

  it('reads the flat form, takes node_id from the key when it is missing, and quotes a name with a space', () =>
    inDir(`signer_key: ${RAW_KEY}\nvrf_key_file: x\n`, async (make, dir, given) => {
      const file = join(dir, 'my node.yaml');
      renameSync(given, file);
      const {next} = await make(false, 'my node.yaml').write({
        password: PASSWORD,
        passwordFile: '/run/secrets/pw',
      });
      const {config} = loadConfig({file, env: {}, cwd: dir}, {need: 'signer'});
      expect(config.node).toMatchObject({id: NODE_ID, signerUrl: 'http://127.0.0.1:9000'});
      expect(readFileSync(join(dir, 'keys/operator.yaml'), 'utf8')).toContain('"/run/secrets/pw"');
      expect(next.map(({command}) => command)).toEqual(
        expect.arrayContaining([`mv './my node.yaml.bak' './my node.yaml'`, `shred -u './my node.yaml.bak'`]),
      );
    }));

  it('leaves a file without secrets alone', () => {
    inDir(`node_id: ${NODE_ID}\nsigner_key: http://127.0.0.1:9000\n`, (make) => {
      expect(make(false, 'config.yaml', null)).toMatchObject({needed: false, needsPassword: false});
      expect(make()).toMatchObject({needed: true, needsPassword: false});
    });
  });

  it('writes nothing when the file is changed meanwhile', () =>
    inDir(reference(RAW_KEY, VRF), async (make, dir, file) => {
      const draft = make();
      writeFileSync(file, 'node_id: another\n');
      await expect(draft.write({password: PASSWORD, passwordFile: null})).rejects.toMatchObject({
        code: 'CONFIG_CHANGED',
      });
      expect(readFileSync(file, 'utf8')).toBe('node_id: another\n');
      expect(existsSync(join(dir, 'keys'))).toBe(false);
    }));

  it.each(['vrf.key', 'keys/operator.json', 'keys/operator.yaml'])('never replaces %s', (name) => {
    inDir(reference(RAW_KEY, VRF), (make, dir) => {
      const target = join(dir, name.replace('keys/', ''));
      writeFileSync(target, 'mine');
      if (name.startsWith('keys/')) symlinkSync(dir, join(dir, 'keys'));
      const error = thrown(make);
      expect(isAosError(error, 'KEY_EXISTS') && error.next.say).toContain('mv ');
      expect(readFileSync(target, 'utf8')).toBe('mine');
    });
  });

  const prepared: [string, string, (dir: string) => void][] = [
    ['a directory', 'CONFIG_UNREADABLE', (dir: string) => symlinkSync(dir, join(dir, 'x.yaml'))],
    [
      'a link loop',
      'CONFIG_UNREADABLE',
      (dir: string) => symlinkSync(join(dir, 'x.yaml'), join(dir, 'x.yaml')),
    ],
    ['nothing', 'CONFIG_MISSING', () => {}],
    ['no YAML', 'CONFIG_INVALID', (dir: string) => writeFileSync(join(dir, 'x.yaml'), 'a: [\n')],
    [
      'no vrf key',
      'CONFIG_INVALID',
      (dir: string) => writeFileSync(join(dir, 'x.yaml'), 'node: {vrf_key: zz}\n'),
    ],
    [
      'the zero key',
      'KEY_INVALID',
      (dir: string) => writeFileSync(join(dir, 'x.yaml'), `signer_key: "${'0'.repeat(64)}"\n`),
    ],
  ];
  it.each(prepared)('refuses %s', (_, code, prepare) => {
    using dir = tempDir();
    prepare(dir.path);
    const error = thrown(() =>
      draftMigration({
        file: 'x.yaml',
        signerUrl: 'http://h:1',
        newVrfKey: false,
        network: null,
        cwd: dir.path,
        today: '',
      }),
    );
    expect(isAosError(error) && error.code).toBe(code);
    expect(String(error)).not.toContain('zz');
  });
});
