import type {AlertChannel, WatchdogConfig} from './config.ts';
import {problemAt, type ConfigProblem, type Place} from './problems.ts';
import type {Resolved} from './resolve.ts';
import {FIELDS, type AnyField, type Field, type ListField} from './schema.ts';

/** Returns the absolute path of a path field; null when it has no value. */
type PathOf = (field: Field<string>) => string | null;

/** The webhook's URL behind a function, so that printing a Config cannot show it; null: none is configured. */
export function webhookOf(resolved: Resolved): (() => string) | null {
  const url = resolved.one(FIELDS.alertWebhook);
  return url === undefined ? null : () => url;
}

/** The channels whose keys are all there and right, in the order of the reference. */
export function alertChannels(resolved: Resolved, path: PathOf): AlertChannel[] {
  const least = (field: Field<'warning' | 'critical'>): {minSeverity: 'warning' | 'critical'} => ({
    minSeverity: resolved.one(field) ?? 'warning',
  });
  const channels: (AlertChannel | null)[] = [
    withValue(webhookOf(resolved), (url) => ({name: 'webhook', url, ...least(FIELDS.webhookSeverity)})),
    withValue(path(FIELDS.slackUrlFile), (urlFile) => ({
      name: 'slack',
      urlFile,
      ...least(FIELDS.slackSeverity),
    })),
    withValue(path(FIELDS.discordUrlFile), (urlFile) => ({
      name: 'discord',
      urlFile,
      ...least(FIELDS.discordSeverity),
    })),
    telegramOf(resolved, path),
    emailOf(resolved, path),
    withValue(path(FIELDS.pagerdutyKeyFile), (keyFile) => ({
      name: 'pagerduty',
      keyFile,
      url: resolved.one(FIELDS.pagerdutyUrl) ?? '',
      ...least(FIELDS.pagerdutySeverity),
    })),
  ];
  return channels.filter((channel) => channel !== null);
}

function withValue<T>(value: T | null, make: (value: T) => AlertChannel): AlertChannel | null {
  return value === null ? null : make(value);
}

function telegramOf(resolved: Resolved, path: PathOf): AlertChannel | null {
  const tokenFile = path(FIELDS.telegramTokenFile);
  const chatId = resolved.one(FIELDS.telegramChat);
  const apiUrl = resolved.one(FIELDS.telegramApi);
  if (tokenFile === null || chatId === undefined || apiUrl === undefined) return null;
  const minSeverity = resolved.one(FIELDS.telegramSeverity) ?? 'warning';
  return {name: 'telegram', tokenFile, chatId, apiUrl, minSeverity};
}

function emailOf(resolved: Resolved, path: PathOf): AlertChannel | null {
  const server = resolved.one(FIELDS.mailServer);
  const from = resolved.one(FIELDS.mailFrom);
  const to = resolved.many(FIELDS.mailTo) ?? [];
  if (server === undefined || from === undefined || to.length === 0) return null;
  return {
    name: 'email',
    server,
    user: resolved.one(FIELDS.mailUser) ?? null,
    passwordFile: path(FIELDS.mailPasswordFile),
    from,
    to: [...new Set(to)],
    minSeverity: resolved.one(FIELDS.mailSeverity) ?? 'warning',
  };
}

/** The dead man's switch; null: none is configured. */
export function watchdogOf(resolved: Resolved, path: PathOf): WatchdogConfig | null {
  const urlFile = path(FIELDS.watchdogUrlFile);
  return urlFile === null ? null : {urlFile, intervalMs: resolved.one(FIELDS.watchdogInterval) ?? 60_000};
}

type AnyValue = Exclude<AnyField, {kind: 'unused'}> | ListField<string>;

/** For each channel: the keys without which the others of its section are of no use. */
function neededKeys(): [given: readonly AnyValue[], needed: readonly AnyValue[]][] {
  const {mailServer, mailFrom, mailTo, mailUser, mailPasswordFile, telegramTokenFile, telegramChat} = FIELDS;
  const mail = [mailServer, mailFrom, mailTo];
  const telegram = [telegramTokenFile, telegramChat];
  return [
    [[...mail, mailUser, mailPasswordFile], mail],
    [
      [mailUser, mailPasswordFile],
      [mailUser, mailPasswordFile],
    ],
    [telegram, telegram],
  ];
}

/** A channel that lacks a key: it would send nothing, and that is seen when an alert is needed. */
export function alertProblems(resolved: Resolved, placeOf: (field: AnyField) => Place): ConfigProblem[] {
  return neededKeys().flatMap(([given, needed]) => {
    const first = given.find((field) => resolved.raw(field) !== undefined);
    if (first === undefined) return [];
    return needed
      .filter((field) => resolved.raw(field) === undefined)
      .map((field) =>
        problemAt(
          placeOf(first),
          field.path,
          `is missing, and ${first.path} needs it`,
          field.type.expected,
          field.example,
        ),
      );
  });
}

/** The files of secrets that alerts need, each with its key and the name that it has as a credential of a service. */
export function alertSecretFiles(
  channels: readonly AlertChannel[],
  watchdog: WatchdogConfig | null,
): {id: string; path: string; field: Field<string>}[] {
  const found = channels.map((channel): {path: string | null; field: Field<string>} => {
    switch (channel.name) {
      case 'webhook':
        return {path: null, field: FIELDS.alertWebhook};
      case 'slack':
        return {path: channel.urlFile, field: FIELDS.slackUrlFile};
      case 'discord':
        return {path: channel.urlFile, field: FIELDS.discordUrlFile};
      case 'telegram':
        return {path: channel.tokenFile, field: FIELDS.telegramTokenFile};
      case 'email':
        return {path: channel.passwordFile, field: FIELDS.mailPasswordFile};
      case 'pagerduty':
        return {path: channel.keyFile, field: FIELDS.pagerdutyKeyFile};
    }
  });
  const all = [...found, {path: watchdog?.urlFile ?? null, field: FIELDS.watchdogUrlFile}];
  return all.flatMap(({path, field}) =>
    path === null ? [] : [{id: field.path.replaceAll('_', '-'), path, field}],
  );
}
