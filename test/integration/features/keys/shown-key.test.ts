import {chmodSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {blsKeyToShow, vrfKeyToShow, withoutNewKey} from '../../../../src/lib/features/keys/shown-key.ts';
import {shownVrfReport} from '../../../../src/lib/features/keys/vrf-key.ts';
import {goodFile, tempDir, thrown} from '../../../support/config-file.ts';

const SEED = 'ab'.repeat(32);

/** A directory with these files, each of mode 0600. */
function machine(files: Readonly<Record<string, string>>) {
  const dir = tempDir();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir.path, name), text, {mode: 0o600});
  const asked = (over: {file?: string; config?: string; env?: Record<string, string>} = {}) => ({
    file: over.file,
    config: over.config,
    env: {HOME: dir.path, ...over.env},
    cwd: dir.path,
  });
  return {asked, at: (name: string) => join(dir.path, name), [Symbol.dispose]: () => dir[Symbol.dispose]()};
}

const CONFIG = goodFile({node: '  bls_key_file: keys/op.json\n  bls_password_file: keys/op.password\n'});

describe('the key that is shown', () => {
  it('is that of the configuration, whatever else lies here', () => {
    using one = machine({
      'config.yaml': CONFIG.replace('vrf.key', 'keys/own.key'),
      'vrf.key': SEED,
      'bls.json': '{}',
    });
    expect(vrfKeyToShow(one.asked())).toEqual({kind: 'file', path: one.at('keys/own.key')});
    expect(blsKeyToShow(one.asked())).toEqual({
      file: one.at('keys/op.json'),
      passwordFile: one.at('keys/op.password'),
    });
  });

  it('is that of --file before all others, and -c names the configuration', () => {
    using one = machine({'config.yaml': CONFIG, 'other.yaml': CONFIG.replace('vrf.key', 'other.key')});
    const file = one.at('mine.key');
    expect(vrfKeyToShow(one.asked({file}))).toEqual({kind: 'file', path: file});
    expect(blsKeyToShow(one.asked({file}))).toEqual({file, passwordFile: null});
    expect(vrfKeyToShow(one.asked({config: 'other.yaml'}))).toEqual({
      kind: 'file',
      path: one.at('other.key'),
    });
  });

  it('comes from a configuration with problems of other keys', () => {
    using one = machine({
      'config.yaml': CONFIG.replace('heartbeat_interval: 10', 'heartbeat_interval: soon'),
    });
    expect(vrfKeyToShow(one.asked())).toMatchObject({path: one.at('vrf.key')});
  });

  it('may be in the configuration itself', async () => {
    using one = machine({'config.yaml': CONFIG.replace('vrf_key_file: vrf.key', `vrf_key: "${SEED}"`)});
    const {file, publicKey} = await shownVrfReport(vrfKeyToShow(one.asked()));
    expect(file).toBe('node.vrf_key');
    expect(publicKey).toMatch(/^[0-9a-f]{64}$/);
    expect(publicKey).not.toBe(SEED);
  });

  it('is that of this directory without a configuration, else one sentence says what to type', () => {
    using one = machine({'vrf.key': SEED});
    expect(vrfKeyToShow(one.asked())).toEqual({kind: 'file', path: one.at('vrf.key')});
    expect(thrown(() => blsKeyToShow(one.asked()))).toMatchObject({
      code: 'CONFIG_MISSING',
      exitCode: 78,
      next: {run: {command: 'init'}},
    });
  });

  it('that the configuration does not name is asked for', () => {
    using one = machine({'config.yaml': goodFile()});
    expect(thrown(() => blsKeyToShow(one.asked()))).toMatchObject({
      code: 'CONFIG_INVALID',
      message: 'node.bls_key_file is not set, and there is no file ./bls.json',
    });
  });

  it('that is not there leads to no new key', async () => {
    using one = machine({'config.yaml': CONFIG});
    const error: unknown = await shownVrfReport(vrfKeyToShow(one.asked())).catch((caught: unknown) => caught);
    for (const [isNamed, words] of [
      [false, 'restore the file'],
      [true, 'leave it out'],
    ] as const)
      expect(withoutNewKey(error, 'vrf', isNamed)).toMatchObject({
        code: 'VRF_KEY_MISSING',
        next: {say: expect.stringContaining(words) as string},
      });
    // Another next step stays.
    writeFileSync(one.at('vrf.key'), SEED);
    chmodSync(one.at('vrf.key'), 0o644);
    const open: unknown = await shownVrfReport(vrfKeyToShow(one.asked())).catch((caught: unknown) => caught);
    expect(withoutNewKey(open, 'vrf', false)).toBe(open);
  });
});
