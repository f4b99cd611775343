import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, describe, expect, it} from 'vitest';
import {bundleProofThread} from '../../../support/bundle-thread.ts';
import {patient, type Settings} from '../../../support/doctor.ts';
import {modelFiles, NO_ENGINE} from '../../../support/proofs.ts';

const folder = mkdtempSync(join(tmpdir(), 'aos-doctor-zkml-'));
const proofThread = bundleProofThread(folder);
afterAll(() => rmSync(folder, {recursive: true}));

const ID = 'workers.zkml_engine';
const DEAD = 'http://127.0.0.1:1';

function modelKeys(model: 'mean' | 'dense', change: Settings = {}): Settings {
  const {vk, vkSha256, settings, settingsSha256, srs, srsSha256} = modelFiles(model);
  const keys = {
    ...{vk, vk_sha256: vkSha256, settings, settings_sha256: settingsSha256},
    ...{srs, srs_sha256: srsSha256, ...change},
  };
  return Object.fromEntries(
    Object.entries(keys).map(([key, value]) => [`workers.zkml.models.${model}.${key}`, value]),
  );
}

async function judged(settings: Settings, prepare: (dir: string) => void = () => {}) {
  const sick = patient({proofThread});
  prepare(sick.dir);
  sick.configure(settings);
  return (await sick.checks(ID, 'workers.zkml'))[ID];
}

describe('the check of the engine of zkml proofs', () => {
  it('is not needed without a zkml worker, without models, or with the worker alone', async () => {
    expect(await judged({})).toMatchObject({state: 'skipped', found: 'no zkml worker is configured'});
    expect(await judged({'workers.zkml.url': DEAD})).toMatchObject({
      state: 'skipped',
      found: expect.stringContaining('names no model') as string,
    });
    expect(await judged({...modelKeys('mean'), 'workers.zkml.verify': 'worker'})).toMatchObject({
      state: 'skipped',
      found: expect.stringContaining('workers.zkml.verify is worker') as string,
    });
  });

  it('fails for a file that is another one than was pinned, and names the model', async () => {
    expect(await judged(modelKeys('mean', {vk_sha256: '0'.repeat(64)}))).toMatchObject({
      state: 'fail',
      found: expect.stringMatching(
        /^mean: .*vk\.key is not the file that is pinned.*PROOF_MODEL_FILES/,
      ) as string,
    });
    expect(await judged(modelKeys('mean', {srs_sha256: '0'.repeat(64)}))).toMatchObject({
      state: 'fail',
      found: expect.stringMatching(/^mean: .*srs\.bin is not the file that is pinned/) as string,
    });
  });

  it('fails for an engine whose files are not those that were tried, with the command that installs it', async () => {
    const found = await judged({...modelKeys('mean'), 'workers.zkml.engine_dir': './zk'}, (dir) => {
      const at = join(dir, 'zk/node_modules/ezkl-engine-12.0.1/nodejs');
      mkdirSync(at, {recursive: true});
      for (const name of ['ezkl.js', 'ezkl_bg.wasm']) writeFileSync(join(at, name), 'another');
    });
    expect(found).toMatchObject({
      state: 'fail',
      found: expect.stringContaining('is not the file of the release that was tried') as string,
      next: {
        say: expect.stringMatching(
          /^Install it: rm -r \S+zk\/node_modules\/ezkl-engine-12\.0\.1 && npm install --prefix \S+zk --save-exact/,
        ) as string,
      },
    });
  });

  it.skipIf(NO_ENGINE)(
    'passes where the thread reads the files of each model and loads the engine',
    async () => {
      expect(await judged({...modelKeys('mean'), ...modelKeys('dense')})).toMatchObject({
        state: 'ok',
        found:
          'proofs of mean, dense can be checked: engine 12.0.1 for ezkl 15.1.0, with the files that were tried',
      });
    },
  );

  it('with the engine alone no worker is asked, also not at the default URL', async () => {
    const sick = patient({proofThread});
    sick.configure({...modelKeys('mean'), 'workers.zkml.verify': 'engine'});
    expect(await sick.checks('workers.zkml')).toMatchObject({
      'workers.zkml': {state: 'skipped', found: 'no worker is asked: workers.zkml.verify is engine'},
    });
  });
});
