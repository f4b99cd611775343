import {run} from '../../foundation/next-step/next-step.ts';
import {originOf} from '../http/other-scheme.ts';
import {createPoster, judgeStatus, type PosterOptions, type Reply, type Verdict} from '../http/poster.ts';
import {fit} from './fit.ts';
import type {Channel} from './notice.ts';

type Deps = Omit<PosterOptions, 'name' | 'setting' | 'judge'>;

/** Slack recommends 4,000 characters, and cuts a text of more than 40,000 (api.slack.com/methods/chat.postMessage). */
const MOST = 4_000;
/** The three characters that Slack's own markup is made of. */
const ESCAPES: Readonly<Record<string, string>> = {'&': '&amp;', '<': '&lt;', '>': '&gt;'};

/** An incoming webhook of Slack (docs.slack.dev/messaging/sending-messages-using-incoming-webhooks). @param url reads the secret */
export function createSlack(url: () => string, deps: Deps): Channel {
  const poster = createPoster({...deps, name: 'Slack', setting: 'the file of alerts.slack.url_file', judge});
  return {
    async send({text}, signal) {
      const target = url();
      const body = {
        text: fit(text, MOST, (char) => ESCAPES[char] ?? char),
        // Outside text is no markup, and no link in it is opened by Slack.
        mrkdwn: false,
        unfurl_links: false,
        unfurl_media: false,
      };
      const {status} = await poster.send(target, body, signal);
      return {place: originOf(target), status, note: null};
    },
    close: () => poster.close(),
  };
}

/** `ok`; a refusal is one word of text, too, such as `no_service` or `channel_is_archived`. */
function judge(reply: Reply): Verdict {
  const text = reply.text.trim();
  const verdict = judgeStatus(reply, /^[a-z_]{1,60}$/.test(text) ? text : '');
  const next = run(
    'alert test',
    ['--channel', 'slack'],
    'Make a new incoming webhook in Slack, put its URL into the file of alerts.slack.url_file, then',
  );
  if (verdict.kind === 'refused') return {...verdict, next};
  // A page of something else that answers 200 is no delivery.
  return verdict.kind === 'later' || text === 'ok'
    ? verdict
    : {kind: 'refused', why: 'it is not an answer of Slack', next};
}
