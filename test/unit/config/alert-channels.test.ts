import {join} from 'node:path';
import {inspect} from 'node:util';
import {describe, expect, it} from 'vitest';
import {alertSecretFiles} from '../../../src/lib/config/alert-channels.ts';
import {chatId, mailAddress, mailServer} from '../../../src/lib/config/alert-values.ts';
import {checkConfig} from '../../../src/lib/config/load.ts';
import {goodFile, withConfig} from '../../support/config-file.ts';

const ALL = `alerts:
  webhook_url: https://hooks.example.org/secret
  slack: {url_file: slack.url, min_severity: critical}
  discord: {url_file: discord.url}
  telegram: {token_file: telegram.token, chat_id: "-100123"}
  email: {server: "smtps://mail.example.org", user: aos, password_file: mail.password, from: a@example.org, to: [b@example.org, b@example.org]}
  pagerduty: {key_file: pagerduty.key}
  watchdog: {url_file: watchdog.url, interval: 5m}
`;

const problemsOf = (alerts: string) =>
  withConfig(`${goodFile()}alerts:\n${alerts}`, (source) =>
    checkConfig(source, {need: 'run'}).problems.map(({path, got}) => `${path} ${got}`),
  );

describe('the channels of a configuration', () => {
  it('are all that are named, with the files of their secrets and no secret', () => {
    withConfig(goodFile() + ALL, (source, dir) => {
      const {problems, run} = checkConfig(source, {need: 'run'});
      expect(problems).toEqual([]);
      const {channels = [], watchdog = null} = run?.alerts ?? {};
      expect(channels).toMatchObject([
        {name: 'webhook', minSeverity: 'warning'},
        {name: 'slack', urlFile: join(dir, 'slack.url'), minSeverity: 'critical'},
        {name: 'discord', urlFile: join(dir, 'discord.url')},
        {name: 'telegram', chatId: '-100123', apiUrl: 'https://api.telegram.org'},
        {
          name: 'email',
          server: {host: 'mail.example.org', port: 465, isTls: true},
          user: 'aos',
          to: ['b@example.org'],
        },
        {name: 'pagerduty', url: 'https://events.pagerduty.com/v2/enqueue'},
      ]);
      expect(watchdog).toEqual({urlFile: join(dir, 'watchdog.url'), intervalMs: 300_000});
      expect(inspect(run, {depth: 9})).not.toContain('secret');
      expect(alertSecretFiles(channels, watchdog).map(({path}) => path)).toEqual(
        ['slack.url', 'discord.url', 'telegram.token', 'mail.password', 'pagerduty.key', 'watchdog.url'].map(
          (name) => join(dir, name),
        ),
      );
    });
  });

  it.each([
    [
      '  telegram: {token_file: t}\n',
      ['alerts.telegram.chat_id is missing, and alerts.telegram.token_file needs it'],
    ],
    [
      '  email: {to: [a@example.org]}\n',
      [
        'alerts.email.server is missing, and alerts.email.to needs it',
        'alerts.email.from is missing, and alerts.email.to needs it',
      ],
    ],
    [
      '  email: {server: "smtp://h", from: a@example.org, to: [a@example.org], user: x}\n',
      ['alerts.email.password_file is missing, and alerts.email.user needs it'],
    ],
    ['  slack: {min_severity: warning}\n', []],
    ['  slack: {min_severity: info, url_file: x}\n', ['alerts.slack.min_severity "info" is not known']],
  ])('lack a key: %j', (alerts, expected) => {
    expect(problemsOf(alerts)).toEqual(expected);
  });
});

it.each([
  ['slack: {url_file: "https://hooks.slack.com/services/T0/B0/xyzzy"}'],
  [`telegram: {token_file: "4711:${'xyzzy'.repeat(6)}", chat_id: "1"}`],
  [`pagerduty: {key_file: ${'1xyzzy22'.repeat(4)}}`],
  ['email: {server: "smtp://aos:xyzzy@h", from: a@example.org, to: [a@example.org]}'],
])('a secret in the place of its file is refused and not shown: %#', (alerts) => {
  withConfig(`${goodFile()}alerts:\n  ${alerts}\n`, (source) => {
    const {problems} = checkConfig(source, {need: 'run'});
    expect(problems.length).toBeGreaterThan(0);
    expect(JSON.stringify(problems)).not.toContain('xyzzy');
  });
});

describe('values of channels', () => {
  it.each([
    ['smtp://mail.example.org', {host: 'mail.example.org', port: 587, isTls: false}],
    ['SMTPS://mail.example.org:2465/', {host: 'mail.example.org', port: 2465, isTls: true}],
    ['smtp://[::1]:25', {host: '::1', port: 25, isTls: false}],
  ])('mail server %s', (text, value) => {
    expect(mailServer.parse(text)).toEqual({value});
  });

  it.each([
    'mail.example.org:25',
    'http://h',
    'smtp://user:secret@h',
    'smtp://h:0',
    'smtp://h:70000',
    'smtp://h/x',
  ])('refuses mail server %j without quoting it', (text) => {
    const parsed = mailServer.parse(text);
    expect(parsed).toHaveProperty('wrong');
    expect(JSON.stringify(parsed)).not.toContain('secret');
  });

  it.each([
    ['a@example.org', true],
    ['a.b+c@mail.example.org', true],
    ['A <a@example.org>', false],
    ['a@example.org, b@example.org', false],
    ['a@', false],
    ['a\r\nBcc: b@example.org', false],
  ])('mail address %j: %s', (text, isRight) => {
    expect('value' in mailAddress.parse(text)).toBe(isRight);
  });

  it.each([
    ['-1001234567890', true],
    ['@some_channel', true],
    ['some_channel', false],
    ['12 34', false],
  ])('chat %j: %s', (text, isRight) => {
    expect('value' in chatId.parse(text)).toBe(isRight);
  });
});
