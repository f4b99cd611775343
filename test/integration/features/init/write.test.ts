import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, it, onTestFinished} from 'vitest';
import {writeAll} from '../../../../src/lib/features/init/write.ts';
import {NO_FACTS, type Known} from '../../../../src/lib/features/init/question.ts';

const HOW = {today: '2030-01-01', version: '1.2.3'};
const KNOWN: Known = {
  answers: {
    network: 'custom',
    'node-id': '0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73',
    'signer-url': 'http://127.0.0.1:9000',
    'vrf-key-file': 'vrf.key',
  },
  facts: {...NO_FACTS, withSigner: true, chainId: 1},
};

/** Directory of a configuration; a file name this long leaves no room for its draft's. */
function place(name: string) {
  const dir = mkdtempSync(join(tmpdir(), 'aos-init-'));
  onTestFinished(() => rmSync(dir, {recursive: true}));
  return {dir, at: {file: join(dir, name), env: {}, cwd: dir}};
}
const TOO_LONG = `${'c'.repeat(240)}.yaml`;

describe('the files of aos init', () => {
  it('are all there, or none of them: the next try finds nothing in its way', () => {
    const {dir, at} = place(TOO_LONG);
    for (let attempt = 1; attempt <= 2; attempt++) {
      expect(() => writeAll(KNOWN, {}, at, {...HOW, force: false})).toThrow(
        expect.objectContaining({code: 'CONFIG_WRITE_FAILED'}),
      );
      expect(readdirSync(dir, {recursive: true})).toEqual(['keys']);
    }
    const written = writeAll(KNOWN, {}, {...at, file: join(dir, 'config.yaml')}, {...HOW, force: false});
    expect(written).toMatchObject({backup: null, vrfKey: {made: true}});
    for (const file of [written.file, written.vrfKey.file, written.web3signer?.compose ?? ''])
      expect(existsSync(file)).toBe(true);
  });

  it('leave what was there before, also when they fail', () => {
    const {dir, at} = place(TOO_LONG);
    writeFileSync(join(dir, 'vrf.key'), 'a key of before\n');
    writeFileSync(join(dir, 'web3signer.compose.yaml'), 'a file of before\n');
    expect(() => writeAll(KNOWN, {}, at, {...HOW, force: true})).toThrow(
      expect.objectContaining({code: 'CONFIG_WRITE_FAILED'}),
    );
    expect(readFileSync(join(dir, 'vrf.key'), 'utf8')).toBe('a key of before\n');
    expect(readFileSync(join(dir, 'web3signer.compose.yaml.bak'), 'utf8')).toBe('a file of before\n');
  });
});
