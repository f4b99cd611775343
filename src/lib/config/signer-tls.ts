import type {ConfigWarning} from './config.ts';
import {problemAt, type ConfigProblem, type Place} from './problems.ts';
import type {Resolved} from './resolve.ts';
import {FIELDS, type AnyField} from './schema.ts';

/** A certificate without its key, or the reverse, and a passphrase without a key. */
export function signerTlsProblems(resolved: Resolved, placeOf: (field: AnyField) => Place): ConfigProblem[] {
  const has = (field: AnyField): boolean => resolved.raw(field) !== undefined;
  const {signerCert, signerCertKey, signerPassphraseFile} = FIELDS;
  const missing = (given: AnyField, lacking: typeof signerCert): ConfigProblem[] =>
    has(given) && !has(lacking)
      ? [
          problemAt(
            placeOf(given),
            lacking.path,
            `is missing, and ${given.path} needs it`,
            'a path',
            lacking.example,
          ),
        ]
      : [];
  const pair = [...missing(signerCert, signerCertKey), ...missing(signerCertKey, signerCert)];
  return pair.length > 0 ? pair : missing(signerPassphraseFile, signerCertKey);
}

/** TLS files that no https URL of a signer uses. */
export function signerTlsUnused(resolved: Resolved): ConfigWarning[] {
  const {signerCa, signerCert, signerKey, signerUrls} = FIELDS;
  const given = [signerCa, signerCert].find((field) => resolved.raw(field) !== undefined);
  const urls = [resolved.one(signerKey) ?? '', ...(resolved.many(signerUrls) ?? [])];
  if (given === undefined || urls.some((url) => url.startsWith('https:'))) return [];
  return [
    {
      code: 'SECTION_UNUSED',
      path: 'node.signer_tls',
      message: `${given.path} is not used: no URL of a signer begins with https://`,
    },
  ];
}
