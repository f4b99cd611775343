import {describe, expect, it} from 'vitest';
import {isAosError} from '../../../../src/lib/foundation/errors/error.ts';
import {createDiscord} from '../../../../src/lib/peers/alert/discord.ts';
import type {Channel, Notice} from '../../../../src/lib/peers/alert/notice.ts';
import {createPagerduty} from '../../../../src/lib/peers/alert/pagerduty.ts';
import {createSlack} from '../../../../src/lib/peers/alert/slack.ts';
import {createTelegram} from '../../../../src/lib/peers/alert/telegram.ts';
import {createWatchdog} from '../../../../src/lib/peers/alert/watchdog.ts';
import {
  discordService,
  pagerdutyService,
  slackService,
  telegramService,
  type AlertService,
} from '../../../support/alert-services.ts';
import {httpServer, tcpServer} from '../../../support/signer.ts';

const SECRET = 'B0Dsecret0path1';
const TOKEN = `4711:${'A'.repeat(20)}secret`;
const ROUTING = '0123456789abcdef0123456789SECRET';
const CHAT = '-1001234567890';
const never = new AbortController().signal;

const NOTICE: Notice = {
  key: 'signer',
  state: 'problem',
  severity: 'critical',
  subject: 'signer',
  code: 'SIGNER_UNREACHABLE',
  message: 'nothing listens',
  next: 'Start it.',
  since: '2030-01-01T00:00:00.000Z',
  at: '2030-01-01T00:00:30.000Z',
  nodeId: '0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73',
  network: 'devnet',
  host: 'box',
  version: '1.2.3',
  text: 'aos PROBLEM: signer: nothing listens (SIGNER_UNREACHABLE) → Start it. · 0xFE3B on devnet (box)',
};
const LONG: Notice = {...NOTICE, text: '&<b>[x](y) 🦀'.repeat(2_000)};

/** Time that passes only in pauses, which are written down. */
function pausing() {
  const pauses: number[] = [];
  let clock = 0;
  const time = {
    monotonic: () => clock,
    now: () => Date.UTC(2030, 0, 1) + clock,
    sleep: (ms: number): Promise<void> => {
      pauses.push(ms);
      clock += ms;
      return Promise.resolve();
    },
  };
  return {deps: {time, random: () => 0.5, env: {}}, pauses};
}
type Deps = ReturnType<typeof pausing>['deps'];

type Case = {
  name: string;
  start: () => Promise<AlertService>;
  open: (url: string, deps: Deps) => Channel;
  /** The same channel with a secret that the service does not know, and what it says then. */
  wrong: {open: (url: string, deps: Deps) => Channel; status: number; says: string};
  status: number;
  secret: string;
  /** Pause after a limit of 7 seconds: PagerDuty names no time. */
  pauseMs: number;
};

const CASES: Case[] = [
  {
    name: 'Slack',
    start: () => slackService(`/services/T0/${SECRET}`),
    open: (url, deps) => createSlack(() => `${url}/services/T0/${SECRET}`, deps),
    wrong: {
      open: (url, deps) => createSlack(() => `${url}/services/T0/${SECRET}9`, deps),
      status: 404,
      says: 'no_service',
    },
    status: 200,
    secret: SECRET,
    pauseMs: 7_000,
  },
  {
    name: 'Discord',
    start: () => discordService(`/api/webhooks/1/${SECRET}`),
    open: (url, deps) => createDiscord(() => `${url}/api/webhooks/1/${SECRET}`, deps),
    wrong: {
      open: (url, deps) => createDiscord(() => `${url}/api/webhooks/1/${SECRET}9`, deps),
      status: 404,
      says: 'Unknown Webhook',
    },
    status: 204,
    secret: SECRET,
    pauseMs: 7_000,
  },
  {
    name: 'Telegram',
    start: () => telegramService(TOKEN, CHAT),
    open: (apiUrl, deps) => createTelegram(() => TOKEN, {chatId: CHAT, apiUrl}, deps),
    wrong: {
      open: (apiUrl, deps) => createTelegram(() => `${TOKEN}9`, {chatId: CHAT, apiUrl}, deps),
      status: 401,
      says: 'Unauthorized',
    },
    status: 200,
    secret: TOKEN,
    pauseMs: 7_000,
  },
  {
    name: 'PagerDuty',
    start: () => pagerdutyService(ROUTING),
    open: (url, deps) => createPagerduty(() => ROUTING, `${url}/v2/enqueue`, deps),
    wrong: {
      open: (url, deps) => createPagerduty(() => ROUTING.toLowerCase(), `${url}/v2/enqueue`, deps),
      status: 400,
      says: 'Invalid routing key',
    },
    status: 202,
    secret: ROUTING,
    pauseMs: 1_000,
  },
];

async function failureOf(
  work: Promise<unknown>,
): Promise<{code: string; message: string; whole: string; next: string}> {
  const error: unknown = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!isAosError(error)) throw new Error(`no AosError: ${String(error)}`);
  const {code, message, next} = error;
  return {
    code,
    message,
    next: next.say,
    whole: `${String(error.stack)}${JSON.stringify(error)}${JSON.stringify(next)}`,
  };
}

describe.each(CASES)('$name', ({start, open, wrong, status, secret, pauseMs}) => {
  it('takes an alert, a long one and one of only marks too', async () => {
    const service = await start();
    const channel = open(service.url, pausing().deps);
    for (const notice of [NOTICE, LONG, {...NOTICE, text: '<'.repeat(9_000)}])
      expect(await channel.send(notice, never)).toMatchObject({place: service.url, status});
    expect(service.taken).toHaveLength(3);
    await channel.close();
  });

  it('is asked again after the time that it wants, and not before', async () => {
    const service = await start();
    const {deps, pauses} = pausing();
    const channel = open(service.url, deps);
    service.limit(7);
    expect(await channel.send(NOTICE, never)).toMatchObject({status});
    expect(pauses).toEqual([pauseMs]);
    expect(service.taken).toHaveLength(1);
  });

  it('refuses a wrong secret: once, with what is next, and without the secret in any word', async () => {
    const service = await start();
    const {deps, pauses} = pausing();
    const {code, message, next, whole} = await failureOf(wrong.open(service.url, deps).send(NOTICE, never));
    expect(code).toBe('ALERT_REFUSED');
    expect(message).toContain(`${service.url} answered HTTP ${wrong.status} (${wrong.says})`);
    expect(next).not.toBe('');
    expect(whole.toLowerCase()).not.toContain(secret.toLowerCase());
    expect(pauses).toEqual([]);
    expect(service.asked).toHaveLength(1);
  });

  it('that says nothing is given up at the limit of its attempts', async () => {
    const port = await tcpServer(() => undefined);
    const {deps, pauses} = pausing();
    const channel = open(`http://127.0.0.1:${port}`, {...deps, ...{timeoutMs: 50}});
    const {code, whole} = await failureOf(channel.send(NOTICE, never));
    expect(code).toBe('ALERT_UNREACHABLE');
    expect(pauses).toEqual([1_000, 2_000, 4_000]);
    expect(whole).not.toContain(secret);
    await channel.close();
  });
});

describe('a service that asks to wait long', () => {
  it('is not asked again before, also by the next alert', async () => {
    const service = await slackService(`/services/T0/${SECRET}`);
    const {deps, pauses} = pausing();
    const channel = createSlack(() => `${service.url}/services/T0/${SECRET}`, deps);
    service.limit(600);
    expect((await failureOf(channel.send(NOTICE, never))).message).toContain('asks to wait 10 min');
    expect((await failureOf(channel.send(NOTICE, never))).message).toContain(
      'not to be called for another 10 min',
    );
    expect(service.asked).toHaveLength(1);
    await deps.time.sleep(580_000);
    expect(await channel.send(NOTICE, never)).toMatchObject({status: 200});
    expect(pauses).toEqual([580_000, 20_000]);
  });
});

describe('PagerDuty', () => {
  it('has one incident for a matter, which its recovery resolves', async () => {
    const service = await pagerdutyService(ROUTING);
    const channel = createPagerduty(() => ROUTING, `${service.url}/v2/enqueue`, pausing().deps);
    await channel.send(NOTICE, never);
    await channel.send({...NOTICE, state: 'reminder'}, never);
    await channel.send({...NOTICE, key: 'chain', subject: 'chain', severity: 'warning'}, never);
    const key = (matter: string): string => `aos/devnet/${NOTICE.nodeId}/${matter}`;
    expect([...service.open]).toEqual([
      [key('signer'), 2],
      [key('chain'), 1],
    ]);
    expect(service.taken[0]).toMatchObject({
      payload: {
        summary: NOTICE.text,
        severity: 'critical',
        source: 'box',
        component: 'signer',
        timestamp: NOTICE.at,
      },
    });
    await channel.send({...NOTICE, state: 'recovered', severity: 'info'}, never);
    expect([...service.open.keys()]).toEqual([key('chain')]);
  });

  it('has no incident left after a test', async () => {
    const service = await pagerdutyService(ROUTING);
    const channel = createPagerduty(() => ROUTING, `${service.url}/v2/enqueue`, pausing().deps);
    const test: Notice = {...NOTICE, state: 'test', severity: 'info', key: 'test'};
    expect(await channel.send(test, never)).toMatchObject({note: 'triggered and resolved'});
    expect(service.taken.map((body) => body['event_action'])).toEqual(['trigger', 'resolve']);
    expect(service.open.size).toBe(0);
  });
});

it.each(CASES)('a page that answers 200 for $name is no delivery', async ({open}) => {
  const url = await httpServer((_request, response) => response.end('<html>Welcome</html>'));
  expect((await failureOf(open(url, pausing().deps).send(NOTICE, never))).code).toBe('ALERT_REFUSED');
});

it.each([400, 429, 503])(
  'a service that repeats what it was sent, with %i, is not repeated',
  async (status) => {
    const path = '/services/T0/B0/pathsecret';
    const url = await httpServer((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        const said = `${request.url} ${decodeURIComponent(request.url ?? '')} ${text.slice(0, 100)}`;
        const body = {message: said, description: said, errors: [said]};
        response.writeHead(status, {'retry-after': '600'}).end(JSON.stringify(body));
      });
    });
    const {deps} = pausing();
    const channels = [
      createDiscord(() => `${url}${path}?key=querysecret`, deps),
      createTelegram(() => TOKEN, {chatId: CHAT, apiUrl: url}, deps),
      createPagerduty(() => ROUTING, `${url}/v2/enqueue`, deps),
    ];
    for (const channel of channels) {
      const {message, whole} = await failureOf(channel.send(NOTICE, never));
      expect(message).toContain('[hidden]');
      expect(whole.toLowerCase()).not.toContain('secret');
    }
  },
);

it('a URL of Discord with ?wait=true is answered with the message', async () => {
  const url = await httpServer((_request, response) => response.end('{"id": "1", "content": "x"}'));
  const channel = createDiscord(() => `${url}/api/webhooks/1/${SECRET}?wait=true`, pausing().deps);
  expect(await channel.send(NOTICE, never)).toMatchObject({status: 200});
});

it('Telegram that does not know the chat says what to do about it', async () => {
  const service = await telegramService(TOKEN, CHAT);
  const channel = createTelegram(() => TOKEN, {chatId: '99', apiUrl: service.url}, pausing().deps);
  const {message, next} = await failureOf(channel.send(NOTICE, never));
  expect(message).toContain('chat not found');
  expect(next).toContain('alerts.telegram.chat_id');
});

it('the watchdog is asked with GET at its whole URL, which is in no error', async () => {
  const asked: string[] = [];
  let status = 200;
  const url = await httpServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(status).end('OK');
  });
  const watchdog = createWatchdog(() => `${url}/ping/${SECRET}`, pausing().deps);
  await watchdog.ping(never);
  expect(asked).toEqual([`GET /ping/${SECRET}`]);
  status = 404;
  const {code, whole} = await failureOf(watchdog.ping(never));
  expect(code).toBe('ALERT_REFUSED');
  expect(whole).not.toContain(SECRET);
  await watchdog.close();
});
