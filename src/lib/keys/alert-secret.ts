import {AosError, isAosError} from '../foundation/errors/error.ts';
import {say} from '../foundation/next-step/next-step.ts';
import {firstOdd, oddMistake, trimAscii} from '../foundation/text/odd-characters.ts';
import {safeText} from '../foundation/text/safe-text.ts';
import {readPrivateFile} from './private-file.ts';

const MOST_BYTES = 4_096;

/** What is in a file of a secret for alerts. */
export type AlertSecret = 'url' | 'telegram token' | 'pagerduty key' | 'password';

type Form = {is: (text: string) => boolean; expected: string};

const FORMS: Readonly<Record<Exclude<AlertSecret, 'password'>, Form>> = {
  url: {
    is: (text) => /^https?:\/\/[^/\s]/i.test(text) && !/\s/.test(text) && URL.canParse(text),
    expected: 'one http(s) URL',
  },
  'telegram token': {
    is: (text) => /^\d{1,20}:[A-Za-z0-9_-]{20,100}$/.test(text),
    expected: 'the token of a bot: digits, a colon, and letters',
  },
  'pagerduty key': {
    is: (text) => /^[A-Za-z0-9]{32}$/.test(text),
    expected: 'an integration key: 32 letters and digits',
  },
};

/**
 * Reads the secret of an alert channel, as it is sent. It is read for each alert, so that a file that was corrected, or a token
 * that was changed, needs no restart.
 * @param setting the configuration key that names the file
 * @throws AosError ALERT_SECRET_MISSING | ALERT_SECRET_INVALID | KEY_UNSAFE (others have access to the file); none quotes it
 */
export function readAlertSecret(path: string, setting: string, kind: AlertSecret): string {
  const text = textOf(path, setting).replace(/^\ufeff/, '');
  if (kind === 'password') {
    const password = text.replace(/\r?\n$/, '');
    if (password !== '') return password;
    throw invalid(path, setting, 'is empty', 'the password in one line');
  }
  const {is, expected} = FORMS[kind];
  const bare = trimAscii(text);
  if (is(bare)) return bare;
  const odd = firstOdd(bare);
  const why = bare === '' ? 'is empty' : odd === null ? `is not ${expected}` : oddMistake(odd);
  throw invalid(path, setting, why, expected);
}

function textOf(path: string, setting: string): string {
  try {
    const bytes = readPrivateFile(path, MOST_BYTES, `file of ${setting},`, 'ALERT_SECRET_MISSING');
    return new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(bytes);
  } catch (error) {
    if (isAosError(error, 'KEY_KEYSTORE_INVALID'))
      throw invalid(path, setting, `is longer than ${MOST_BYTES} bytes`, 'one line');
    if (isAosError(error)) throw error;
    throw invalid(path, setting, 'is not UTF-8', 'one line of UTF-8');
  }
}

function invalid(path: string, setting: string, why: string, expected: string): AosError {
  const name = safeText(path);
  return new AosError('ALERT_SECRET_INVALID', `the file of ${setting}, ${name}, ${why}`, {
    next: say(`Put ${expected} into ${name}, mode 0600, and nothing else.`),
  });
}
