import {run, type NextStep} from '../../foundation/next-step/next-step.ts';
import {originOf} from '../http/other-scheme.ts';
import {createPoster, judgeStatus, type PosterOptions, type Reply, type Verdict} from '../http/poster.ts';
import {fit} from './fit.ts';
import type {Channel} from './notice.ts';
import {isRecord, replyRecord, secondsOf, textOf} from './reply-json.ts';

type Deps = Omit<PosterOptions, 'name' | 'setting' | 'judge'>;

/** Characters of `text` (core.telegram.org/bots/api#sendmessage). */
const MOST = 4_096;

/** The chat that a bot of Telegram writes to, and the server of its API, without a slash at the end. */
export type TelegramChat = {chatId: string; apiUrl: string};

/** The Bot API of Telegram. @param token reads the secret, which is a part of the URL that is asked */
export function createTelegram(token: () => string, {chatId, apiUrl}: TelegramChat, deps: Deps): Channel {
  const poster = createPoster({...deps, name: 'Telegram', setting: 'alerts.telegram.api_url', judge});
  return {
    async send({text}, signal) {
      const body = {
        chat_id: chatId,
        // Without parse_mode it is plain text.
        text: fit(text, MOST),
        link_preview_options: {is_disabled: true},
      };
      const {status} = await poster.send(`${apiUrl}/bot${token()}/sendMessage`, body, signal);
      return {place: originOf(apiUrl), status, note: null};
    },
    close: () => poster.close(),
  };
}

/** Every answer is `{"ok": …}`; a refusal has `description`, a limit `parameters.retry_after` in seconds. */
function judge(reply: Reply): Verdict {
  const record = replyRecord(reply.text);
  const verdict = judgeStatus(reply, textOf(record, 'description'));
  if (verdict.kind === 'later') {
    const parameters = record?.['parameters'];
    const afterMs = isRecord(parameters) ? secondsOf(parameters, 'retry_after') : null;
    return {...verdict, afterMs: afterMs ?? verdict.afterMs};
  }
  if (verdict.kind === 'refused') return {...verdict, next: nextOf(reply.status)};
  // A page of something else that answers 200 is no delivery.
  return record?.['ok'] === true
    ? verdict
    : {kind: 'refused', why: 'it is not an answer of Telegram', next: nextOf(404)};
}

function nextOf(status: number): NextStep {
  const test = ['--channel', 'telegram'];
  if (status === 400 || status === 403)
    return run(
      'alert test',
      test,
      'Send the bot a message in the chat, or add it to the group, and correct alerts.telegram.chat_id, then',
    );
  return run(
    'alert test',
    test,
    'Ask @BotFather for the token of the bot, put it into the file of alerts.telegram.token_file, then',
  );
}
