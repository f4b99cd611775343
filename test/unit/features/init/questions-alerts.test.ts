import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {createServer, type AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, it, onTestFinished} from 'vitest';
import {checkAlertFile} from '../../../../src/lib/features/init/check-alert-file.ts';
import {configEntries} from '../../../../src/lib/features/init/config-entries.ts';
import {checkFlags, complete} from '../../../../src/lib/features/init/headless.ts';
import {NO_FACTS} from '../../../../src/lib/features/init/question.ts';
import {lookAtMail} from '../../../../src/lib/features/init/reach.ts';
import {QUESTIONS} from '../../../../src/lib/features/init/questions.ts';

const given = {network: 'mainnet', 'node-id': '0x6469494b9Dd5f4E7C6C8f0A0D2E9aA4C0D9D5dB3'};

const mail = {
  'alert-channel': 'email',
  'alert-server': 'smtp://mail.example.org:587',
  'alert-from': 'aos@example.org',
  'alert-to': 'oncall@example.org',
};

/** The entries of the file about alerts that these flags make. */
function entriesOf(flags: Record<string, string>): unknown[] {
  const checked = checkFlags(flags, NO_FACTS);
  expect(checked.wrong).toEqual([]);
  const {answers} = complete({...given, ...checked.answers}, NO_FACTS);
  return configEntries({answers, facts: NO_FACTS}, {}, '2030-01-01')
    .filter(({path}) => path.startsWith('alerts'))
    .map(({path, value}) => [path, value]);
}

describe('where alerts go', () => {
  it.each<[Record<string, string>, unknown[]]>([
    [{}, []],
    [{'alert-channel': 'none'}, []],
    [{'alert-webhook': 'https://a.example/x'}, [['alerts.webhook_url', 'https://a.example/x']]],
    [{'alert-channel': 'Slack'}, [['alerts.slack.url_file', './slack.url']]],
    [
      {'alert-channel': 'discord', 'alert-file': '/etc/aos/d.url'},
      [['alerts.discord.url_file', '/etc/aos/d.url']],
    ],
    [
      {'alert-channel': 'telegram', 'alert-chat': '-1001234567890'},
      [
        ['alerts.telegram.token_file', './telegram.token'],
        ['alerts.telegram.chat_id', '-1001234567890'],
      ],
    ],
    [{'alert-channel': 'pagerduty'}, [['alerts.pagerduty.key_file', './pagerduty.key']]],
    [
      {...mail, 'alert-to': 'a@b.example , c@d.example,a@b.example,'},
      [
        ['alerts.email.server', 'smtp://mail.example.org:587'],
        ['alerts.email.from', 'aos@example.org'],
        ['alerts.email.to', ['a@b.example', 'c@d.example']],
      ],
    ],
    [
      {...mail, 'alert-user': 'aos'},
      [
        ['alerts.email.server', 'smtp://mail.example.org:587'],
        ['alerts.email.from', 'aos@example.org'],
        ['alerts.email.to', ['oncall@example.org']],
        ['alerts.email.user', 'aos'],
        ['alerts.email.password_file', './mail.password'],
      ],
    ],
  ])('%j', (flags, entries) => {
    expect(entriesOf(flags)).toEqual(entries);
  });

  it.each<[Record<string, string>, string]>([
    [{'alert-channel': 'fax'}, '--alert-channel is no channel of alerts'],
    [{'alert-file': 'x'}, '--alert-file needs --alert-channel slack or discord or telegram or pagerduty'],
    [{...mail, 'alert-file': './mail.password'}, '--alert-file needs --alert-user'],
    [{...mail, 'alert-server': 'smtp://aos:secret@mail.example.org'}, 'has a user name or password in it'],
    [{...mail, 'alert-to': 'a@b.example, secret'}, '--alert-to is not a mail address'],
    [{...mail, 'alert-to': ' , '}, '--alert-to is missing'],
    [{'alert-channel': 'slack', 'alert-user': 'aos'}, '--alert-user needs --alert-channel email'],
    [{'alert-channel': 'slack', 'alert-chat': '1'}, '--alert-chat needs --alert-channel telegram'],
    [
      {'alert-channel': 'slack', 'alert-webhook': 'https://a.example/secret'},
      '--alert-webhook needs --alert-channel webhook',
    ],
  ])('%j is refused', (flags, said) => {
    const {wrong} = checkFlags(flags, NO_FACTS);
    expect(wrong).toHaveLength(1);
    expect(wrong[0]).toContain(said);
    expect(wrong[0]).not.toContain('secret');
  });

  it('needs the id of the chat for Telegram', () => {
    const {answers} = checkFlags({'alert-channel': 'telegram'}, NO_FACTS);
    expect(complete({...given, ...answers}, NO_FACTS).missing).toContain('--alert-chat');
  });

  it('needs server, sender and recipients for mail, and no user', () => {
    const {answers} = checkFlags({'alert-channel': 'email'}, NO_FACTS);
    const {missing} = complete({...given, ...answers}, NO_FACTS);
    expect(missing.filter((flag) => flag.startsWith('--alert'))).toEqual([
      '--alert-server',
      '--alert-from',
      '--alert-to',
    ]);
  });

  it('has a flag for each question', () => {
    expect(QUESTIONS.filter(({key}) => key.startsWith('alert')).map(({flag}) => flag)).toEqual([
      'alert-channel',
      'alert-webhook',
      'alert-server',
      'alert-from',
      'alert-to',
      'alert-user',
      'alert-file',
      'alert-chat',
    ]);
  });
});

it('the file of a channel is looked at: not there, wrong, open to others, right', () => {
  const dir = mkdtempSync(join(tmpdir(), 'aos-init-'));
  onTestFinished(() => rmSync(dir, {recursive: true}));
  const place = {file: join(dir, 'config.yaml'), env: {}, cwd: dir};
  const answers = {'alert-channel': 'slack', 'alert-file': './slack.url'};
  const look = () => checkAlertFile({answers, facts: NO_FACTS}, place);
  expect(look()).toMatchObject({
    state: 'fail',
    found: `${dir}/slack.url is not there yet`,
    next: {run: {command: 'alert test', args: ['--channel', 'slack']}},
  });
  const put = (text: string, mode: number): void => {
    rmSync(join(dir, 'slack.url'), {force: true});
    writeFileSync(join(dir, 'slack.url'), text, {mode});
  };
  put('xoxb-secret', 0o600);
  expect(look()).toMatchObject({state: 'fail', found: expect.not.stringContaining('secret') as string});
  put('https://hooks.slack.com/services/T0/secret', 0o644);
  expect(look()).toMatchObject({state: 'fail'});
  put('https://hooks.slack.com/services/T0/secret\n', 0o600);
  expect(look()).toMatchObject({state: 'ok'});
});

it('the file of a mail password is that of a user', () => {
  const dir = mkdtempSync(join(tmpdir(), 'aos-init-'));
  onTestFinished(() => rmSync(dir, {recursive: true}));
  const place = {file: join(dir, 'config.yaml'), env: {}, cwd: dir};
  const look = (user: string) =>
    checkAlertFile(
      {
        answers: {'alert-channel': 'email', 'alert-user': user, 'alert-file': './mail.password'},
        facts: NO_FACTS,
      },
      place,
    );
  expect(look('')).toMatchObject({state: 'ok', found: 'no channel needs a file'});
  expect(look('aos')).toMatchObject({
    state: 'fail',
    next: {run: {command: 'alert test', args: ['--channel', 'email']}},
  });
  writeFileSync(join(dir, 'mail.password'), 'secret\n', {mode: 0o600});
  expect(look('aos')).toMatchObject({state: 'ok'});
});

it('the server of mail is looked at, and gets nothing', async () => {
  const got: Buffer[] = [];
  const server = createServer((socket) => socket.on('data', (bytes: Buffer) => got.push(bytes)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const {port} = server.address() as AddressInfo;
  const {signal} = new AbortController();
  expect(await lookAtMail(`smtp://127.0.0.1:${port}`, signal)).toMatchObject({state: 'ok'});
  await new Promise((resolve) => server.close(resolve));
  expect(got).toEqual([]);
  expect(await lookAtMail(`smtp://127.0.0.1:${port}`, signal)).toMatchObject({
    state: 'fail',
    next: {run: {command: 'alert test'}},
  });
});
