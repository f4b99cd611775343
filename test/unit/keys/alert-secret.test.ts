import {chmodSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, it, onTestFinished} from 'vitest';
import {isAosError} from '../../../src/lib/foundation/errors/error.ts';
import {readAlertSecret, type AlertSecret} from '../../../src/lib/keys/alert-secret.ts';

const SETTING = 'alerts.slack.url_file';

function file(text: string | Uint8Array, mode = 0o600): string {
  const dir = mkdtempSync(join(tmpdir(), 'aos-alert-'));
  onTestFinished(() => rmSync(dir, {recursive: true}));
  const path = join(dir, 'slack.url');
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

it.each<[AlertSecret, string, string]>([
  ['url', 'https://hooks.slack.com/services/T0/B0/x\n', 'https://hooks.slack.com/services/T0/B0/x'],
  ['url', '\ufeffhttps://h/x\r\n', 'https://h/x'],
  ['telegram token', ` 4711:${'a'.repeat(35)} \n`, `4711:${'a'.repeat(35)}`],
  ['pagerduty key', `${'0a'.repeat(16)}\n`, '0a'.repeat(16)],
  ['password', ' with spaces \n', ' with spaces '],
])('reads a %s', (kind, text, secret) => {
  expect(readAlertSecret(file(text), SETTING, kind)).toBe(secret);
});

it.each<[string, AlertSecret, string | Uint8Array, number, string]>([
  ['others may read it', 'url', 'https://h/secret', 0o644, 'KEY_UNSAFE'],
  ['it is empty', 'url', '\n', 0o600, 'ALERT_SECRET_INVALID'],
  ['it has more than the URL', 'url', 'url: https://h/secret', 0o600, 'ALERT_SECRET_INVALID'],
  ['it has two URLs', 'url', 'https://h/secret\nhttps://h/b', 0o600, 'ALERT_SECRET_INVALID'],
  ['it is a URL where a token belongs', 'telegram token', 'https://h/secret', 0o600, 'ALERT_SECRET_INVALID'],
  ['it is too short', 'pagerduty key', 'secret', 0o600, 'ALERT_SECRET_INVALID'],
  ['it is empty', 'password', '\n', 0o600, 'ALERT_SECRET_INVALID'],
  ['it is not text', 'url', Uint8Array.of(0xff, 0xfe, 0), 0o600, 'ALERT_SECRET_INVALID'],
  ['it is a whole log', 'url', 'secret'.repeat(1_000), 0o600, 'ALERT_SECRET_INVALID'],
])(
  'refuses a file because %s (%s), with what is next and without quoting it',
  (_why, kind, text, mode, code) => {
    const path = file(text, mode);
    let error: unknown = null;
    try {
      readAlertSecret(path, SETTING, kind);
    } catch (thrown) {
      error = thrown;
    }
    if (!isAosError(error)) throw new Error('nothing was refused');
    expect(error.code).toBe(code);
    expect(error.message).toContain(SETTING);
    expect(error.next.say).toContain(path);
    expect(`${error.message}${error.next.say}`).not.toContain('secret');
  },
);

it('says of a file that is not there which key names it', () => {
  expect(() => readAlertSecret('/nowhere/slack.url', SETTING, 'url')).toThrow(
    /alerts\.slack\.url_file.*\/nowhere\/slack\.url is not there/,
  );
});
