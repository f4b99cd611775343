import {run} from '../../foundation/next-step/next-step.ts';
import {originOf} from '../http/other-scheme.ts';
import {createPoster, judgeStatus, type PosterOptions, type Reply, type Verdict} from '../http/poster.ts';
import {fit} from './fit.ts';
import type {Channel} from './notice.ts';
import {replyRecord, secondsOf, textOf} from './reply-json.ts';

type Deps = Omit<PosterOptions, 'name' | 'setting' | 'judge'>;

/** Characters of `content` (discord.com/developers/docs/resources/webhook, Execute Webhook). */
const MOST = 2_000;
/** SUPPRESS_EMBEDS: no preview of what a text links to. */
const NO_EMBEDS = 4;

/** A webhook of Discord. @param url reads the secret */
export function createDiscord(url: () => string, deps: Deps): Channel {
  const poster = createPoster({
    ...deps,
    name: 'Discord',
    setting: 'the file of alerts.discord.url_file',
    judge,
  });
  return {
    async send({text}, signal) {
      const target = url();
      const body = {
        content: fit(text, MOST, plain),
        allowed_mentions: {parse: []},
        flags: NO_EMBEDS,
      };
      const {status} = await poster.send(target, body, signal);
      return {place: originOf(target), status, note: null};
    },
    close: () => poster.close(),
  };
}

/** Outside text is no Markdown: a masked link would hide where it leads. */
function plain(char: string): string {
  return '\\*_~`|[]#>'.includes(char) ? `\\${char}` : char;
}

/**
 * 204, or 200 with the message where the URL has `?wait=true`. A refusal is `{"message": "Unknown Webhook", "code": 10015}`; a limit
 * `{"retry_after": 1.5, "global": false}`.
 */
function judge(reply: Reply): Verdict {
  const record = replyRecord(reply.text);
  const verdict = judgeStatus(reply, textOf(record, 'message'));
  if (verdict.kind === 'later')
    return {...verdict, afterMs: secondsOf(record, 'retry_after') ?? verdict.afterMs};
  const next = run(
    'alert test',
    ['--channel', 'discord'],
    'Make a new webhook in the settings of the Discord channel, put its URL into the file of alerts.discord.url_file, then',
  );
  if (verdict.kind === 'refused') return {...verdict, next};
  // A page of something else that answers 200 is no delivery.
  return reply.status === 204 || textOf(record, 'id') !== ''
    ? verdict
    : {kind: 'refused', why: 'it is not an answer of Discord', next};
}
