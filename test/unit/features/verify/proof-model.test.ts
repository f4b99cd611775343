import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {proofModel, type ModelFlags} from '../../../../src/lib/features/verify/proof-model.ts';
import {tempDir} from '../../../support/config-file.ts';

const HASH = 'ab'.repeat(32);
const MODELS = `workers:
  zkml:
    engine_dir: ./engine
    models:
      1l_average: {vk: vk.key, vk_sha256: ${HASH}, settings: /s.json, settings_sha256: ${HASH}, srs: ./srs.bin, srs_sha256: ${HASH}}
      half: {vk: vk.key}
`;

/** What the flags come to beside a configuration with this text; null: there is none. */
function found(flags: ModelFlags, text: string | null = MODELS) {
  using dir = tempDir();
  const {path} = dir;
  if (text !== null) writeFileSync(join(path, 'config.yaml'), text, {mode: 0o600});
  return {dir: path, ...proofModel(flags, {env: {HOME: path}, cwd: path})};
}

describe('the model of aos verify proof', () => {
  it('is one of the configuration by its name, pinned, whatever else the file lacks', () => {
    const {dir, files, engineDirs} = found({model: '1l_average'});
    expect(files).toEqual({
      vk: join(dir, 'vk.key'),
      vkSha256: HASH,
      settings: '/s.json',
      settingsSha256: HASH,
      srs: join(dir, 'srs.bin'),
      srsSha256: HASH,
    });
    expect(engineDirs[0]).toBe(join(dir, 'engine'));
  });

  it('is that of the flags, with the engine of the configuration, or of the flags', () => {
    const own = found({vk: '/vk', settings: '/s'});
    expect(own.files).toMatchObject({vk: '/vk', vkSha256: null, settings: '/s', srs: null});
    expect(own.engineDirs[0]).toBe(join(own.dir, 'engine'));
    expect(found({vk: '/vk', 'engine-dir': '/e'}, null).engineDirs[0]).toBe('/e');
  });

  it.each<[string, ModelFlags, string | null, string, string]>([
    ['no flag', {}, MODELS, 'USAGE', 'no model is named to check the proof by'],
    [
      'a name that is mistyped',
      {model: '1l_averag'},
      MODELS,
      'USAGE',
      'it names 1l_average; did you mean 1l_average?',
    ],
    ['a model without a hash', {model: 'half'}, MODELS, 'CONFIG_INVALID', 'half.vk_sha256  is missing'],
    ['no configuration', {model: 'mean'}, null, 'CONFIG_MISSING', 'the files of the model mean'],
    [
      'a configuration that is not there',
      {vk: '/vk', config: 'none.yaml'},
      null,
      'CONFIG_MISSING',
      'none.yaml',
    ],
  ])('is refused for %s', (_, flags, text, code, words) => {
    expect(() => found(flags, text)).toThrow(
      expect.objectContaining({code, message: expect.stringContaining(words) as string}),
    );
  });
});
