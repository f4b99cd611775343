import {FIELDS, type Field} from '../../config/schema.ts';
import {byField} from './fields.ts';
import {line} from './line-question.ts';
import {isMail, MAIL, MAIL_PASSWORD, MAIL_QUESTIONS} from './questions-mail.ts';
import type {Answers, Known, Question} from './question.ts';

/** A channel whose secret is in a file. */
type FileChannel = {name: string; about: string; field: Field<string>; holds: string; file: string};

const EMAIL: FileChannel = {name: MAIL, about: 'mail by a server of yours', ...MAIL_PASSWORD};

const FILE_CHANNELS: readonly FileChannel[] = [
  {
    name: 'slack',
    about: 'an incoming webhook of Slack',
    field: FIELDS.slackUrlFile,
    holds: 'the URL of the incoming webhook',
    file: './slack.url',
  },
  {
    name: 'discord',
    about: 'a webhook of a Discord channel',
    field: FIELDS.discordUrlFile,
    holds: 'the URL of the webhook',
    file: './discord.url',
  },
  {
    name: 'telegram',
    about: 'a bot of Telegram',
    field: FIELDS.telegramTokenFile,
    holds: 'the token of the bot, by @BotFather',
    file: './telegram.token',
  },
  {
    name: 'pagerduty',
    about: 'wakes someone up',
    field: FIELDS.pagerdutyKeyFile,
    holds: 'the integration key of an Events API v2 integration',
    file: './pagerduty.key',
  },
];
const NONE = 'none';
const WEBHOOK = 'webhook';

/** The channel of the answers whose secret is in a file; null: another one, mail without a password, or none. */
export function fileChannel(answers: Answers): FileChannel | null {
  if (isMail(answers)) return (answers['alert-user'] ?? '') === '' ? null : EMAIL;
  return FILE_CHANNELS.find(({name}) => name === answers['alert-channel']) ?? null;
}

/** Whether alerts go anywhere by these answers. */
export function hasAlerts(answers: Answers): boolean {
  return (answers['alert-webhook'] ?? '') !== '' || isMail(answers) || fileChannel(answers) !== null;
}

const CHANNELS = [...FILE_CHANNELS, EMAIL];
const NAMES = [NONE, WEBHOOK, ...CHANNELS.map(({name}) => name)];

const channelQuestion: Question = {
  key: 'alert-channel',
  path: 'alerts',
  flag: 'alert-channel',
  // A webhook that was given says it.
  applies: ({answers}) => answers['alert-webhook'] === undefined || answers['alert-channel'] !== undefined,
  form: ({answers}) => ({
    kind: 'list',
    message: 'Where alerts go',
    about: 'A message when something is wrong, and when it works again. More than one: docs/alerts.md.',
    choices: [
      {value: NONE, name: NONE, about: 'no alert is sent'},
      {value: WEBHOOK, name: WEBHOOK, about: 'JSON for a program of yours'},
      ...CHANNELS.map(({name, about}) => ({value: name, name, about})),
    ],
    suggestion: answers['alert-channel'] ?? NONE,
  }),
  preset: () => NONE,
  parse(text) {
    const name = NAMES.find((one) => one === text.trim().toLowerCase());
    return name === undefined
      ? {wrong: 'is no channel of alerts', expected: NAMES.join(', ')}
      : {value: name};
  },
  check: null,
};

const fileQuestion: Question = {
  key: 'alert-file',
  path: 'alerts',
  pathFor: ({answers}) => fileChannel(answers)?.field.path ?? 'alerts',
  flag: 'alert-file',
  applies: ({answers}) => fileChannel(answers) !== null,
  form: (known) => ({
    kind: 'line',
    message: `File for ${known.answers['alert-channel'] ?? ''}`,
    about: `Holds ${fileChannel(known.answers)?.holds ?? ''}, and nothing else: mode 0600.`,
    suggestion: filePreset(known),
  }),
  preset: filePreset,
  parse: byField(FIELDS.slackUrlFile, {optional: false}),
  check: 'alert-file',
};

function filePreset({answers}: Known): string {
  return fileChannel(answers)?.file ?? '';
}

const webhookQuestion = line({
  key: 'alert-webhook',
  field: FIELDS.alertWebhook,
  message: 'Alert webhook',
  about: 'Gets each alert as JSON.',
  without: 'to send none',
  check: 'webhook',
  // A flag for it needs no channel beside.
  applies: ({answers}) =>
    (answers['alert-channel'] ?? (answers['alert-webhook'] === undefined ? NONE : WEBHOOK)) === WEBHOOK,
});

const chatQuestion = line({
  key: 'alert-chat',
  field: FIELDS.telegramChat,
  message: 'Telegram chat',
  about: 'Id of the chat that the bot writes to, such as -1001234567890; send the bot a message first.',
  applies: ({answers}) => answers['alert-channel'] === 'telegram',
});

/** What is asked about alerts, in this order. */
export const ALERT_QUESTIONS: readonly Question[] = [
  channelQuestion,
  ...[webhookQuestion, ...MAIL_QUESTIONS, fileQuestion, chatQuestion].map(ofItsChannel),
];

/** A flag of another channel than the one that is named would do nothing. */
function ofItsChannel(question: Question): Question {
  return {
    ...question,
    parse(text, known) {
      const isWith = (more: Answers): boolean =>
        question.applies({...known, answers: {...known.answers, [question.key]: text, ...more}});
      if (isWith({})) return question.parse(text, known);
      if (isMail(known.answers) && question === fileQuestion) return {wrong: 'needs --alert-user'};
      const fitting = NAMES.filter((name) => isWith({'alert-channel': name}));
      return {wrong: `needs --alert-channel ${fitting.join(' or ')}`};
    },
  };
}
