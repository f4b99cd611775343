import type {MailServer} from './config.ts';
import {isToken} from './sanitize.ts';
import {plain} from './typed-text.ts';
import type {ValueType} from './value-type.ts';
import {filePath} from './values.ts';

/** The path of a file with a secret: the secret itself does not belong into the configuration, and would be shown as a path. */
export const secretFile: ValueType<string> = {
  ...filePath,
  expected: 'the path of a file with the secret',
  parse(value) {
    if (/^[a-z][a-z0-9+.-]*:\/\//i.test(value) || /^(0x)?[0-9a-f]{64}$/i.test(value) || isToken(value))
      return {wrong: 'is the secret itself, not the path of a file'};
    return filePath.parse(value);
  },
};

/** `smtp://host:port` or `smtps://host:port`; without a port 587, or 465 with smtps. */
export const mailServer: ValueType<MailServer> = plain({
  name: 'URL',
  expected: 'smtp://host:port (STARTTLS) or smtps://host:port',
  pattern: '^[sS][mM][tT][pP][sS]?://[^/]+/?$',
  parse(value) {
    const parts =
      /^(?<scheme>smtps?):\/\/(?<host>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:(?<port>\d{1,5}))?\/?$/i.exec(
        value,
      )?.groups;
    if (parts === undefined)
      return value.includes('@')
        ? {wrong: 'has a user name or password in it'}
        : {wrong: 'is not smtp://host:port or smtps://host:port'};
    const isTls = parts['scheme']?.toLowerCase() === 'smtps';
    const port = Number(parts['port'] ?? (isTls ? 465 : 587));
    if (port < 1 || port > 65_535) return {wrong: 'has a port that is none'};
    return {value: {host: (parts['host'] ?? '').replaceAll(/[[\]]/g, ''), port, isTls}};
  },
});

/** The address of one mailbox, without a name. */
export const mailAddress: ValueType<string> = plain({
  name: 'mail address',
  expected: 'a mail address such as oncall@example.org',
  pattern: '^[^@ <>,;]+@[^@ <>,;]+$',
  parse: (value) =>
    /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9][A-Za-z0-9.-]{0,252}$/.test(value)
      ? {value}
      : {wrong: 'is not a mail address'},
});

/** A chat of Telegram: its number, or the name of a public channel. */
export const chatId: ValueType<string> = plain({
  name: 'chat',
  expected: 'a number such as -1001234567890, or @name of a public channel',
  pattern: '^(-?[0-9]{1,20}|@[A-Za-z][A-Za-z0-9_]{3,31})$',
  parse: (value) =>
    /^(-?\d{1,20}|@[A-Za-z]\w{3,31})$/.test(value) ? {value} : {wrong: 'is neither a number nor @name'},
});
