import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {isAosError} from '../../../src/lib/foundation/errors/error.ts';
import {
  isSignerKeyName,
  refuseKeyInEnv,
  refuseKeyInText,
  refuseKeyInTree,
} from '../../../src/lib/config/private-key.ts';
import {parseYaml} from '../../../src/lib/config/yaml.ts';
import {NODE_ID, RAW_KEY, thrown} from '../../support/config-file.ts';

const K = RAW_KEY;
const HALF = [K.slice(0, 32), K.slice(32)] as const;

/** As the loader does it: the text, then the tree. */
function refuse(text: string): void {
  refuseKeyInText(text, 'c.yaml');
  refuseKeyInTree(parseYaml(text).root, 'c.yaml');
}

describe('a raw private key in signer_key', () => {
  it.each([
    ['plain', `signer_key: ${K}`],
    ['0x', `signer_key: 0x${K}`],
    ['0X', `signer_key: 0X${K}`],
    ['upper case', `signer_key: ${K.toUpperCase()}`],
    ['double quotes', `node:\n  signer_key: "${K}"\n  vrf_key: x`],
    ['single quotes', `node: {signer_key: '${K}'}`],
    ['flow map, compact', `{"node":{"signer_key":"${K}"}}`],
    ['quoted key', `"signer_key" : ${K}`],
    ['next line', `signer_key:\n  ${K}\nnode_id: ${NODE_ID}`],
    ['literal block', `signer_key: |\n  ${HALF[0]}\n  ${HALF[1]}\nabc: 1`],
    ['folded block with head', `signer_key: >2-  # here\n  0x${HALF[0]}\n  ${HALF[1]}\n`],
    ['two lines, plain', `signer_key: ${HALF[0]}\n  ${HALF[1]}\n`],
    ['two lines, quoted', `signer_key: "${HALF[0]}\\\n  ${HALF[1]}"\n`],
    ['digit by digit', `signer_key: |\n  ${Array.from(K).join('\n  ')}\n`],
    ['comment behind', `signer_key: ${K} # mine`],
    ['no colon', `signer_key ${K}`],
    ['equals', `signer_key=${K}`],
    ['tag', `signer_key: !!str ${K}`],
    ['anchor', `signer_key: &k ${K}`],
    ['list', `signer_key:\n  - ${K}`],
    ['mis-spelled', `signerkey: ${K}`],
    ['mis-spelled 2', `node:\n  sigener_key: ${K}`],
    ['dashes', `signer-key: ${K}`],
    ['camel case', `signerKey: ${K}`],
    ['private_key', `private_key: ${K}`],
    ['CRLF', `a: 1\r\nsigner_key: ${K}\r\nb: 2\r\n`],
    ['tabs', `node:\n\tsigner_key:\t${K}\n`],
    ['broken before', `a: [1\nb: }\nsigner_key: ${K}`],
    ['broken quote', `signer_key: "${K}\nb: 1`],
    ['alias', `x: &k ${K}\nsigner_key: *k`],
    ['merge', `base: &b {signer_key: *z}\nx: &z ${K}\ny: {<<: *b, signer_key: *z}`],
    ['escapes', `signer_key: "\\x38${K.slice(1)}"`],
    ['explicit key', `? signer_key\n: ${K}`],
    ['second document', `a: 1\n---\nsigner_key: ${K}`],
  ])('is found: %s', (_, text) => {
    const error = thrown(() => refuse(text));
    expect(isAosError(error, 'RAW_PRIVATE_KEY') && error.exitCode).toBe(77);
    const told = JSON.stringify(error) + String(error);
    expect(told.toLowerCase()).not.toContain(K.slice(1, 12));
    expect(told.toLowerCase()).not.toContain(K.slice(32, 44));
  });

  it.each([
    ['a URL', 'signer_key: http://127.0.0.1:9000'],
    ['VRF key', `node:\n  signer_key: http://h:1\n  vrf_key: ${K}`],
    ['empty before the VRF key', `node:\n  signer_key:\n  vrf_key: ${K}`],
    ['commented out', `# signer_key: ${K}\nsigner_key: http://h:1`],
    ['too short', `signer_key: ${K.slice(1)}`],
    ['too long', `signer_key: ${K}0`],
  ])('is not seen in: %s', (_, text) => {
    expect(() => refuse(text)).not.toThrow();
  });

  it('tells the line, and how to move the key', () => {
    const error = thrown(() => refuse(`a: 1\n\nnode:\n  signer_key: ${K}\n`));
    expect(String(error)).toContain('c.yaml:4:1');
    expect(String(error)).toMatch(
      /aos keys ecdsa import[\s\S]*keyType: "SECP256K1"[\s\S]*signer_key: http:\/\/127\.0\.0\.1:9000/,
    );
    expect(isAosError(error) && error.details).toEqual({source: 'c.yaml', line: 4});
  });

  it.each(['AOS_SIGNER_KEY', 'AOS_NODE_SIGNER_KEY', 'AOS_SIGNERKEY'])(
    'is found in the variable %s',
    (name) => {
      expect(
        isAosError(
          thrown(() => refuseKeyInEnv({[name]: ` 0x${K}\n`}, {})),
          'RAW_PRIVATE_KEY',
        ),
      ).toBe(true);
    },
  );

  it('is found in a flag', () => {
    const flags = {'node.signer_key': {flag: '--signer', text: K}};
    expect(
      isAosError(
        thrown(() => refuseKeyInEnv({}, flags)),
        'RAW_PRIVATE_KEY',
      ),
    ).toBe(true);
  });

  it('is found whatever stands around it', () => {
    const noise = fc.string({maxLength: 40}).map((text) => text.replaceAll(/["'#\\]/g, ''));
    const spell = fc.constantFrom(K, K.toUpperCase(), `0x${K}`, `"${K}"`, `'0x${K}'`, ` ${K} # c`);
    fc.assert(
      fc.property(noise, spell, noise, (before, key, after) => {
        const text = `${before}\n  signer_key: ${key}\n${after}`;
        expect(
          isAosError(
            thrown(() => refuse(text)),
            'RAW_PRIVATE_KEY',
          ),
        ).toBe(true);
      }),
    );
  });

  it('is not looked for under names of other keys', () => {
    expect(
      ['vrf_key', 'node_id', 'bls_key_file', 'queue_url', 'vrf_private_key'].filter(isSignerKeyName),
    ).toEqual([]);
  });
});
