import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, describe, expect, it} from 'vitest';
import {listConfig} from '../../../src/lib/config/listing.ts';
import {checkConfig} from '../../../src/lib/config/load.ts';
import {problemLine} from '../../../src/lib/config/problems.ts';
import {NODE_ID} from '../../support/config-file.ts';

const dir = mkdtempSync(join(tmpdir(), 'aos-proof-config-'));
afterAll(() => rmSync(dir, {recursive: true}));
const HASH = 'ab'.repeat(32);

function check(zkml: string) {
  writeFileSync(
    join(dir, 'config.yaml'),
    `network: devnet
node: {node_id: "${NODE_ID}", signer_key: "http://127.0.0.1:1", vrf_key: "${'5c'.repeat(32)}"}
net: {dispatcher_url: "127.0.0.1:1"}
chain: {chain_rpc_url: "http://127.0.0.1:1", vrf_range_contract: "0x27e4384ecc11810c2F49914390052b22c4e3CcC0"}
workers:
  zkml: ${zkml}
`,
    {mode: 0o600},
  );
  const source = {file: join(dir, 'config.yaml'), cwd: dir, env: {HOME: dir}};
  return {source, ...checkConfig(source, {need: 'run'})};
}

describe('workers.zkml.models', () => {
  it('names the files of each model, also of one with dots in its name', () => {
    const {run, problems, marks, source} = check(
      `{models: {v1.2: {vk: vk.key, vk_sha256: ${HASH.toUpperCase()}, settings: /s.json, settings_sha256: 0x${HASH}}}}`,
    );
    expect(problems).toEqual([]);
    expect(run?.workers.kinds.zkml?.proofs).toEqual({
      verify: 'both',
      models: new Map([
        [
          'v1.2',
          {
            vk: join(dir, 'vk.key'),
            vkSha256: HASH,
            settings: '/s.json',
            settingsSha256: HASH,
            srs: null,
            srsSha256: null,
          },
        ],
      ]),
      engineDir: join(dir, '.local/state/aos/zk-engine'),
      allowPrivate: [],
      repeats: 'hold',
    });
    expect(marks.has('workers.zkml.models')).toBe(true);
    expect(listConfig(source).values).toContainEqual(
      expect.objectContaining({path: 'workers.zkml.models.v1.2.vk', value: 'vk.key', valid: true}),
    );
  });

  it.each([
    ['{models: {mean: {vk: a}}}', 'workers.zkml.models.mean.vk_sha256  is missing'],
    [`{models: {mean: {vk: a, vk_sha256: ${HASH}, settings: b}}}`, 'settings_sha256  is missing'],
    [`{models: {mean: {vk: a, vk_sha256: ${HASH}, srs: b}}}`, 'mean.settings  is missing'],
    [`{models: {mean: {vk: a, vk_sha256: ${HASH}, srs: b}}}`, 'mean.srs_sha256  is missing'],
    [`{models: {mean: {vk: a, vk_sha256: ${HASH}, srs_sha256: ${HASH}}}}`, 'mean.srs  is missing'],
    ['{models: {mean: {vk: a, vk_sha256: 12}}}', 'expected a SHA-256, 64 hex digits'],
    ['{models: {../x: {}}}', 'is not the name of a model'],
    ['{models: [mean]}', 'workers.zkml.models  is no section'],
    ['{models: {mean: yes}}', 'workers.zkml.models.mean  is no section'],
    ['{verify: engine}', 'is engine, but workers.zkml.models names no model'],
    ['{allow_private: 10.0.0}', 'workers.zkml.allow_private[0]'],
  ])('that is wrong is said: %s', (zkml, words) => {
    const {problems, run} = check(zkml);
    expect([run, problems.map(problemLine).join('\n')]).toEqual([null, expect.stringContaining(words)]);
  });

  it('has a warning for a key that is not known, and asks no worker with the engine alone', () => {
    const model = `mean: {vk: a, vk_sha256: ${HASH}, vkk: 1}`;
    const {run, warnings} = check(`{verify: engine, models: {${model}}}`);
    expect(run?.workers.kinds.zkml?.urls).toEqual(['engine://zkml']);
    expect(warnings).toContainEqual(expect.objectContaining({path: 'workers.zkml.models.mean.vkk'}));
  });
});
