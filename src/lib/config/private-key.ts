import {AosError} from '../foundation/errors/error.ts';
import {distance} from '../foundation/text/nearest.ts';
import type {Env} from './user-path.ts';
import {placeText} from './problems.ts';
import type {Place} from './problems.ts';
import {sanitizeText, sanitizePath} from './sanitize.ts';
import type {YamlNode} from './yaml.ts';
import {run} from '../foundation/next-step/next-step.ts';

const WHOLE_KEY = /^(0x)?[0-9a-f]{64}$/i;
const BEGINNING = /^(0|0x?[0-9a-f]{0,64})?$/i;
/** A name, quoted or not, then `:` or `=`, or only a space. */
const KEY = /(?<name>[A-Za-z_][\w.-]{1,60})["']?(?:[ \t]*[:=]|[ \t])/g;
/** A comment, the head of a block scalar, or a token between white space, quotes and brackets. */
const PIECE = /#[^\n]*|[|>][-+\d]{0,2}(?=\s)|[^\s"'`,;()[\]{}<>|\\]+/g;
/** Tags, anchors and list dashes may precede a value. */
const DECORATION = /^([!&]\S*|-)$/;

/** True for 64 hex digits, with or without 0x, in any case, also split by white space or quoted. */
export function isPrivateKey(text: string): boolean {
  return WHOLE_KEY.test(text.replaceAll(/[\s"'\\]/g, ''));
}

/** True for `signer_key`, likely misspellings of it, and names that mean a private key. */
export function isSignerKeyName(name: string): boolean {
  const plain = name
    .slice(name.lastIndexOf('.') + 1)
    .replaceAll(/[-_ ]/g, '')
    .toLowerCase();
  if (/vrf|bls/.test(plain)) return false;
  return distance(plain, 'signerkey', 3) < 3 || /signer|signingkey|private|secretkey|^sk$/.test(plain);
}

/**
 * Searches the text of a file for a raw private key after a `signer_key`. The text need not be valid YAML, so that this
 * refusal precedes all others. Block scalars, tags, anchors, quotes and comments do not hide a key.
 * @throws AosError RAW_PRIVATE_KEY
 */
export function refuseKeyInText(text: string, file: string): void {
  const whole = text.replaceAll(/\r\n?/g, '\n');
  let start = 0;
  for (const [index, line] of whole.split('\n').entries()) {
    if (!/^\s*#/.test(line)) {
      for (const found of line.matchAll(KEY)) {
        const name = found.groups?.['name'] ?? '';
        if (!isSignerKeyName(name) || !keyFollows(whole, start + found.index + found[0].length)) continue;
        throw privateKeyError({source: file, line: index + 1, col: 1}, name);
      }
    }
    start += line.length + 1;
  }
}

/**
 * Searches the parsed file, where escapes and aliases are resolved.
 * @throws AosError RAW_PRIVATE_KEY
 */
export function refuseKeyInTree(node: YamlNode | null, file: string): void {
  if (node?.kind === 'list') for (const item of node.items) refuseKeyInTree(item, file);
  if (node?.kind !== 'map') return;
  for (const [name, {at, value}] of node.entries) {
    if (isSignerKeyName(name) && isPrivateKey(scalarText(value))) {
      throw privateKeyError({source: file, ...at}, name);
    }
    refuseKeyInTree(value, file);
  }
}

function scalarText(node: YamlNode): string {
  if (node.kind === 'scalar') return node.text;
  return node.kind === 'list' ? node.items.map(scalarText).join('') : '';
}

/**
 * Searches our environment variables and the values of the command line.
 * @throws AosError RAW_PRIVATE_KEY
 */
export function refuseKeyInEnv(
  env: Env,
  flags: Readonly<Record<string, {flag: string; text: string}>>,
): void {
  for (const [name, text] of Object.entries(env)) {
    if (text === undefined || !/^AOS_/i.test(name) || !isSignerKeyName(name.slice(4))) continue;
    if (isPrivateKey(text)) throw privateKeyError({source: name, line: null, col: null}, '');
  }
  for (const [path, {flag, text}] of Object.entries(flags)) {
    if (isSignerKeyName(path) && isPrivateKey(text))
      throw privateKeyError({source: flag, line: null, col: null}, '');
  }
}

/** True when the tokens after the colon, joined one by one, make a key. */
function keyFollows(text: string, start: number): boolean {
  const pieces = new RegExp(PIECE);
  pieces.lastIndex = start;
  let joined = '';
  for (let found = pieces.exec(text); found !== null; found = pieces.exec(text)) {
    const [piece] = found;
    if (/^[#|>]/.test(piece) || (joined === '' && DECORATION.test(piece))) continue;
    joined += piece;
    if (WHOLE_KEY.test(joined)) return true;
    if (!BEGINNING.test(joined)) return false;
  }
  return false;
}

/** The refusal: names the place of the key and the way out, never the key. */
function privateKeyError(place: Place, name: string): AosError {
  const path = name === '' ? '' : ` in ${sanitizePath(name)}`;
  return new AosError(
    'RAW_PRIVATE_KEY',
    `${placeText({...place, col: 1})}  ${REFUSAL.replace('{in}', path)}`,
    {
      // A variable outranks the file, so it must be unset too.
      next:
        place.line !== null
          ? run('config migrate', [sanitizeText(place.source)])
          : /^AOS_/i.test(place.source)
            ? run(
                'signer check',
                [],
                `Unset ${place.source} and set signer_key: http://127.0.0.1:9000 in the configuration, then`,
              )
            : run('signer check', [], 'Set signer_key: http://127.0.0.1:9000, then'),
      details: {source: place.source, line: place.line},
    },
  );
}

const REFUSAL = `there is a raw private key{in}; aos signs through Web3Signer and never uses the key itself.
aos config migrate FILE moves the key to an encrypted keystore (--dry-run shows the result first). By hand:
  1. aos keys ecdsa import --dir ./keys
     It asks for the key and a password, and writes an encrypted V3 keystore, its password file and this operator.yaml:
       type: "file-keystore"
       keyType: "SECP256K1"
       keystoreFile: "operator.json"
       keystorePasswordFile: "operator.password"
  2. web3signer --key-config-path=./keys eth1 --chain-id=<chain id of the network>
     With --http-listen-port=<port> before eth1 it listens on another port than 9000.
  3. In the configuration replace the key: signer_key: http://127.0.0.1:9000
4. Delete every copy of the file with the key.`;
