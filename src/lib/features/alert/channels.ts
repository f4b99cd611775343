import type {AlertChannel, ChannelName, Config} from '../../config/config.ts';
import {FIELDS} from '../../config/schema.ts';
import {AosError} from '../../foundation/errors/error.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import {systemTime} from '../../foundation/system/system-time.ts';
import {readAlertSecret} from '../../keys/alert-secret.ts';
import {createDiscord} from '../../peers/alert/discord.ts';
import {createMail} from '../../peers/alert/mail.ts';
import type {Channel} from '../../peers/alert/notice.ts';
import {createPagerduty} from '../../peers/alert/pagerduty.ts';
import {createSlack} from '../../peers/alert/slack.ts';
import {createTelegram} from '../../peers/alert/telegram.ts';
import {createWebhook} from '../../peers/alert/webhook.ts';
import {originOf} from '../../peers/http/other-scheme.ts';

/** Jitter only. */
const deps = {time: systemTime, random: Math.random};

/** The secret of a channel, read when it is called: null where its file is none of ours (the webhook's URL, mail without a password). */
export function secretOf(channel: AlertChannel): (() => string) | null {
  switch (channel.name) {
    case 'webhook':
      return null;
    case 'slack':
      return () => readAlertSecret(channel.urlFile, FIELDS.slackUrlFile.path, 'url');
    case 'discord':
      return () => readAlertSecret(channel.urlFile, FIELDS.discordUrlFile.path, 'url');
    case 'telegram':
      return () => readAlertSecret(channel.tokenFile, FIELDS.telegramTokenFile.path, 'telegram token');
    case 'email': {
      const {passwordFile} = channel;
      return passwordFile === null
        ? null
        : () => readAlertSecret(passwordFile, FIELDS.mailPasswordFile.path, 'password');
    }
    case 'pagerduty':
      return () => readAlertSecret(channel.keyFile, FIELDS.pagerdutyKeyFile.path, 'pagerduty key');
  }
}

/** Opens the way to a service; no connection is made, and no secret is read, before the first alert. */
export function openChannel(channel: AlertChannel): Channel {
  const secret = secretOf(channel);
  const needed = secret ?? (() => '');
  switch (channel.name) {
    case 'webhook':
      return webhookChannel(channel.url());
    case 'slack':
      return createSlack(needed, deps);
    case 'discord':
      return createDiscord(needed, deps);
    case 'telegram':
      return createTelegram(needed, channel, deps);
    case 'email':
      return createMail({...channel, password: secret}, deps);
    case 'pagerduty':
      return createPagerduty(needed, channel.url, deps);
  }
}

/** Where a channel leads, to see whether something listens there: http(s), or the host and port of mail. @throws AosError of its secret */
export function placeOf(channel: AlertChannel): URL | {host: string; port: number} {
  const secret = secretOf(channel)?.() ?? '';
  switch (channel.name) {
    case 'webhook':
      return new URL(channel.url());
    case 'slack':
    case 'discord':
      return new URL(secret);
    case 'telegram':
      return new URL(channel.apiUrl);
    case 'email':
      return channel.server;
    case 'pagerduty':
      return new URL(channel.url);
  }
}

/** The webhook gets the whole alert as JSON. */
function webhookChannel(url: string): Channel {
  const webhook = createWebhook(url, deps);
  return {
    async send(notice, signal) {
      return {place: originOf(url), status: await webhook.post(notice, signal), note: null};
    },
    close: () => webhook.close(),
  };
}

/** The keys without which a channel is not configured. */
const KEYS: Readonly<Record<ChannelName, string>> = {
  webhook: FIELDS.alertWebhook.path,
  slack: FIELDS.slackUrlFile.path,
  discord: FIELDS.discordUrlFile.path,
  telegram: `${FIELDS.telegramTokenFile.path} and ${FIELDS.telegramChat.path}`,
  email: `${FIELDS.mailServer.path}, ${FIELDS.mailFrom.path} and ${FIELDS.mailTo.path}`,
  pagerduty: FIELDS.pagerdutyKeyFile.path,
};

/**
 * The configured channels, or one of them by its name.
 * @throws AosError ALERT_NOT_SET
 */
export function wantedChannels(
  {channels}: Config['alerts'],
  name: ChannelName | null,
): readonly AlertChannel[] {
  const wanted = channels.filter((channel) => name === null || channel.name === name);
  if (wanted.length > 0) return wanted;
  if (name === null)
    throw new AosError('ALERT_NOT_SET', 'alerts.webhook_url is not set, and no other channel is');
  throw new AosError('ALERT_NOT_SET', `the channel ${name} is not configured`, {
    next: say(`Set ${KEYS[name]}.`),
  });
}
