import {FIELDS, type Field} from '../../config/schema.ts';
import {byField} from './fields.ts';
import {line} from './line-question.ts';
import type {Answers, Known, Question} from './question.ts';

/** The channel of mail by its name. */
export const MAIL = 'email';

/** The file of the channel, where its server wants a user. */
export const MAIL_PASSWORD = {
  field: FIELDS.mailPasswordFile,
  holds: 'the password of that user',
  file: './mail.password',
};

/** More than anyone should wake at once. */
const MOST_RECIPIENTS = 20;

/** Whether alerts go by mail by these answers. */
export function isMail(answers: Answers): boolean {
  return answers['alert-channel'] === MAIL;
}

const applies = ({answers}: Known): boolean => isMail(answers);

const recipient: Field<string> = {...FIELDS.mailTo, kind: 'one'};
const parseRecipient = byField(recipient, {optional: false});

const toQuestion: Question = {
  ...line({
    key: 'alert-to',
    field: recipient,
    message: 'Mail to',
    about: 'Who gets the mail; several with commas between them.',
    applies,
  }),
  parse(text) {
    const parts = text.split(',').filter((part) => part.trim() !== '');
    if (parts.length > MOST_RECIPIENTS) return {wrong: `has more than ${MOST_RECIPIENTS} addresses`};
    const addresses: string[] = [];
    for (const part of parts.length === 0 ? [''] : parts) {
      const parsed = parseRecipient(part);
      if ('wrong' in parsed) return parsed;
      addresses.push(parsed.value);
    }
    return {value: [...new Set(addresses)].join(', ')};
  },
};

/** What is asked about mail, but for the file of the password. */
export const MAIL_QUESTIONS: readonly Question[] = [
  line({
    key: 'alert-server',
    field: FIELDS.mailServer,
    message: 'Mail server',
    about: 'smtp://host:587 with STARTTLS, or smtps://host:465 with TLS from the beginning.',
    check: 'mail-server',
    applies,
  }),
  line({
    key: 'alert-from',
    field: FIELDS.mailFrom,
    message: 'Mail from',
    about: 'The address that the mail comes from.',
    applies,
  }),
  toQuestion,
  line({
    key: 'alert-user',
    field: FIELDS.mailUser,
    message: 'Mail user',
    about: 'The user of that server; its password comes from a file.',
    without: 'where it wants none',
    applies,
  }),
];
