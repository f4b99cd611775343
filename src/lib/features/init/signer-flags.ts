import {Flags} from '@oclif/core';
import {dirname} from 'node:path';
import type {SignerAccess, SignerTls} from '../../config/config.ts';
import {FIELDS, type Field} from '../../config/schema.ts';
import {userPath} from '../../config/user-path.ts';
import type {Entry} from './config-text.ts';
import {byField} from './fields.ts';
import type {FilePlace} from './files.ts';

const HELP = {helpGroup: 'SIGNER'};

/** Values of the file that no question asks for: most nodes have one signer, without certificates. */
export const signerFlags = {
  'signer-urls': Flags.string({
    ...HELP,
    summary: 'More Web3Signers with the same key, in order, that sign when those before them do not.',
    helpValue: 'URL,URL',
  }),
  'signer-tls-ca': Flags.string({
    ...HELP,
    summary: 'PEM file of the authority that signed the certificate of an https signer.',
    helpValue: 'FILE',
  }),
  'signer-tls-cert': Flags.string({
    ...HELP,
    summary: 'PEM file of the certificate that aos shows to the signer.',
    helpValue: 'FILE',
  }),
  'signer-tls-key': Flags.string({
    ...HELP,
    summary: 'PEM file, mode 0600, with the key of that certificate.',
    helpValue: 'FILE',
  }),
  'signer-tls-passphrase-file': Flags.string({
    ...HELP,
    summary: 'File, mode 0600, with the passphrase of that key.',
    helpValue: 'FILE',
  }),
  'signer-tls-server-name': Flags.string({
    ...HELP,
    summary: 'Name in the certificate of the signer, where it is not the host of its URL.',
    helpValue: 'NAME',
  }),
};

type Given = Readonly<Record<string, unknown>>;

const ONE: Readonly<Record<string, Field<string>>> = {
  'signer-tls-ca': FIELDS.signerCa,
  'signer-tls-cert': FIELDS.signerCert,
  'signer-tls-key': FIELDS.signerCertKey,
  'signer-tls-passphrase-file': FIELDS.signerPassphraseFile,
  'signer-tls-server-name': FIELDS.signerServerName,
};

const ONE_URL: Field<string> = {...FIELDS.signerUrls, kind: 'one'};

/** The values of these flags as they will be in the file, and what is wrong with them. */
export function signerEntries(flags: Given): {entries: Entry[]; wrong: string[]} {
  const entries: Entry[] = [];
  const wrong: string[] = [];
  const take = (flag: string, field: Field<unknown>, text: string): string => {
    const parsed = byField(field, {optional: false})(text);
    if ('value' in parsed) return parsed.value;
    wrong.push(
      `--${flag} ${parsed.wrong}${parsed.expected === undefined ? '' : `; expected ${parsed.expected}`}`,
    );
    return '';
  };
  const urls = flags['signer-urls'];
  if (typeof urls === 'string') {
    const value = urls.split(',').map((url) => take('signer-urls', ONE_URL, url));
    entries.push({path: FIELDS.signerUrls.path, value});
  }
  for (const [flag, field] of Object.entries(ONE)) {
    const text = flags[flag];
    if (typeof text === 'string') entries.push({path: field.path, value: take(flag, field, text)});
  }
  const lacks = (given: string, needed: string): void => {
    if (flags[given] !== undefined && flags[needed] === undefined) wrong.push(`--${given} needs --${needed}`);
  };
  lacks('signer-tls-cert', 'signer-tls-key');
  lacks('signer-tls-key', 'signer-tls-cert');
  lacks('signer-tls-passphrase-file', 'signer-tls-key');
  return {entries, wrong};
}

/**
 * The signers of such values; paths are those of the file that is made.
 * @throws AosError PATH_INVALID
 */
export function signerOf(signerUrl: string, entries: readonly Entry[], place: FilePlace): SignerAccess {
  const of = ({path}: {path: string}): Entry['value'] | undefined =>
    entries.find((entry) => entry.path === path)?.value;
  const text = (field: {path: string}): string | null => {
    const value = of(field);
    return typeof value === 'string' ? value : null;
  };
  const file = (field: {path: string}): string | null => {
    const value = text(field);
    return value === null ? null : userPath(value, dirname(place.file), place.env, field.path);
  };
  const tls: SignerTls = {
    ca: file(FIELDS.signerCa),
    cert: file(FIELDS.signerCert),
    key: file(FIELDS.signerCertKey),
    passphraseFile: file(FIELDS.signerPassphraseFile),
    serverName: text(FIELDS.signerServerName),
  };
  const others = of(FIELDS.signerUrls) ?? [];
  return {
    signerUrl,
    otherSigners: (typeof others === 'string' ? [others] : others).filter((url) => url !== signerUrl),
    signerTls: Object.values(tls).every((value) => value === null) ? null : tls,
  };
}
