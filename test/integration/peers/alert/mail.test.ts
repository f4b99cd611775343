import type {AddressInfo, Socket} from 'node:net';
import {networkInterfaces} from 'node:os';
import {text as wholeOf} from 'node:stream/consumers';
import {SMTPServer, type SMTPServerOptions} from 'smtp-server';
import {describe, expect, it, onTestFinished} from 'vitest';
import {isAosError} from '../../../../src/lib/foundation/errors/error.ts';
import {createMail, type MailOptions} from '../../../../src/lib/peers/alert/mail.ts';
import type {Notice} from '../../../../src/lib/peers/alert/notice.ts';
import {freePort, tcpServer} from '../../../support/signer.ts';

const PASSWORD = 'hunter2secret';
const never = new AbortController().signal;
/** An address of this machine that counts as another one. */
const OUTER = Object.values(networkInterfaces())
  .flatMap((all) => all ?? [])
  .find(({internal, family}) => !internal && family === 'IPv4')?.address;

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
  nodeId: '0xFE3B',
  network: 'devnet',
  host: 'box',
  version: '1.2.3',
  text: 'aos PROBLEM',
};

type Mail = {from: string; to: string[]; user: string | null; text: string};

/** A mail server that wants a user and a password, takes mail for example.org alone, and keeps it. */
async function mailServer(options: SMTPServerOptions = {}): Promise<{port: number; mails: Mail[]}> {
  const mails: Mail[] = [];
  const server = new SMTPServer({
    hideSTARTTLS: true,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    size: 100_000,
    onAuth({username = '', password}, _session, done) {
      if (username === 'aos' && password === PASSWORD) done(null, {user: username});
      else done(new Error(`no such password: ${String(password)}`));
    },
    onRcptTo({address}, _session, done) {
      if (address.endsWith('@example.org')) done();
      else done(Object.assign(new Error('relay denied'), {responseCode: 550}));
    },
    onData(stream, {envelope, user}, done) {
      void wholeOf(stream).then((text) => {
        const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
        const who = typeof user === 'string' ? user : null;
        mails.push({from, to: envelope.rcptTo.map(({address}) => address), user: who, text});
        done();
      });
    },
    ...options,
  });
  server.on('error', () => undefined); // a client that hung up
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', () => resolve()));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return {port: (server.server.address() as AddressInfo).port, mails};
}

function open(port: number, options: Partial<MailOptions> = {}, timeoutMs = 10_000) {
  const pauses: number[] = [];
  const sleep = (ms: number): Promise<void> => {
    pauses.push(ms);
    return Promise.resolve();
  };
  const channel = createMail(
    {
      server: {host: '127.0.0.1', port, isTls: false},
      user: 'aos',
      password: () => PASSWORD,
      from: 'aos@example.org',
      to: ['oncall@example.org'],
      ...options,
    },
    {time: {sleep}, random: () => 0.5, timeoutMs},
  );
  onTestFinished(() => channel.close());
  return {channel, pauses};
}

async function failureOf(
  work: Promise<unknown>,
): Promise<{code: string; message: string; next: string; whole: string}> {
  const error: unknown = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!isAosError(error)) throw new Error(`no AosError: ${String(error)}`);
  const {code, message, next} = error;
  return {code, message, next: next.say, whole: `${String(error.stack)}${JSON.stringify(error)}`};
}

describe('an alert by mail', () => {
  it('is one mail to all, with a subject and the next step; those of one matter are a thread', async () => {
    const {port, mails} = await mailServer();
    const {channel} = open(port, {to: ['oncall@example.org', 'two@example.org']});
    const receipt = await channel.send(NOTICE, never);
    expect(receipt).toEqual({place: `smtp://127.0.0.1:${port}`, status: 250, note: null});
    await channel.send({...NOTICE, state: 'recovered', severity: 'info'}, never);
    const [mail, end] = mails;
    expect(mail).toMatchObject({
      from: 'aos@example.org',
      to: ['oncall@example.org', 'two@example.org'],
      user: 'aos',
    });
    expect(mail?.text).toContain('Subject: [aos] PROBLEM signer: nothing listens\r\n');
    expect(mail?.text).toContain('Auto-Submitted: auto-generated\r\n');
    expect(mail?.text).toContain('Next: Start it.');
    const threadOf = (one?: Mail) => /^References: (<.+>)/m.exec(one?.text ?? '')?.[1];
    expect(threadOf(mail)).toMatch(/^<[0-9a-f]{32}@/);
    expect(threadOf(end)).toBe(threadOf(mail));
  });

  it('has no header and no recipient of its own making in outside text', async () => {
    const {port, mails} = await mailServer();
    const {channel} = open(port);
    const message = `x\r\nBcc: evil@example.org\r\n\r\n${'long '.repeat(2_000)}`;
    await channel.send({...NOTICE, message}, never);
    expect(mails[0]?.to).toEqual(['oncall@example.org']);
    const [head = ''] = (mails[0]?.text ?? '').split('\r\n\r\n');
    expect(head).not.toMatch(/^Bcc:/m);
  });

  it('says which recipients the server does not take', async () => {
    const {port, mails} = await mailServer();
    const {channel} = open(port, {to: ['oncall@example.org', 'x@elsewhere.net']});
    expect(await channel.send(NOTICE, never)).toMatchObject({note: 'it takes no mail for x@elsewhere.net'});
    expect(mails).toHaveLength(1);
  });

  it('needs no user where the server wants none', async () => {
    const {port, mails} = await mailServer({authOptional: true});
    await open(port, {user: null, password: null}).channel.send(NOTICE, never);
    expect(mails[0]?.user).toBeNull();
  });
});

describe('a mail server', () => {
  it.each<[string, Partial<MailOptions>, string]>([
    ['a wrong password', {password: () => 'wrongsecret'}, 'alerts.email.password_file'],
    ['no user where one is wanted', {user: null, password: null}, 'alerts.email'],
    ['no recipient that it takes', {to: ['x@elsewhere.net']}, 'alerts.email.to'],
  ])(
    'refuses %s: once, with what is next, and without the password in any word',
    async (_what, options, next) => {
      const {port, mails} = await mailServer();
      const {channel, pauses} = open(port, options);
      const failure = await failureOf(channel.send(NOTICE, never));
      expect(failure.code).toBe('ALERT_REFUSED');
      expect(failure.next).toContain(next);
      expect(failure.whole).not.toContain('secret');
      expect(pauses).toEqual([]);
      expect(mails).toEqual([]);
    },
  );

  it('that repeats the password is not repeated', async () => {
    const login = Buffer.from(PASSWORD).toString('base64');
    const plain = Buffer.from(`\u0000aos\u0000${PASSWORD}`).toString('base64');
    const {port} = await mailServer({
      onMailFrom(_address, _session, done) {
        done(Object.assign(new Error(`no ${PASSWORD}, ${login}, ${plain}`), {responseCode: 550}));
      },
    });
    const {message, whole} = await failureOf(open(port).channel.send(NOTICE, never));
    expect(message).toContain('no [hidden], [hidden], [hidden]');
    for (const text of [PASSWORD, login, plain]) expect(whole).not.toContain(text);
  });

  it('that is busy is tried once more', async () => {
    let asked = 0;
    const {port, mails} = await mailServer({
      onMailFrom(_address, _session, done) {
        if ((asked += 1) === 1) done(Object.assign(new Error('try later'), {responseCode: 451}));
        else done();
      },
    });
    const {channel, pauses} = open(port);
    expect(await channel.send(NOTICE, never)).toMatchObject({status: 250});
    expect(pauses).toEqual([2_000]);
    expect(mails).toHaveLength(1);
  });

  it.each<[string, (socket: Socket) => void]>([
    ['says nothing', () => undefined],
    ['greets and says no more', (socket) => void socket.resume().write('220 box ESMTP\r\n')],
    [
      'greets byte by byte without an end',
      (socket) => {
        const timer = setInterval(() => socket.write('2'), 20);
        socket.on('close', () => clearInterval(timer));
      },
    ],
  ])('that %s is given up at the limit, and its connections are cut', async (_what, listener) => {
    let open_ = 0;
    const port = await tcpServer((socket) => {
      open_ += 1;
      socket.on('close', () => (open_ -= 1));
      listener(socket);
    });
    const {channel, pauses} = open(port, {}, 200);
    const {code, message, next} = await failureOf(channel.send(NOTICE, never));
    expect(code).toBe('ALERT_UNREACHABLE');
    expect(message).toBe(`the mail server at smtp://127.0.0.1:${port} did not take the mail within 0.2 s`);
    expect(next).toContain('alerts.email.server');
    expect(pauses).toEqual([2_000]);
    await expect.poll(() => open_).toBe(0);
  });

  it('ends at once when the operator does', async () => {
    const port = await tcpServer(() => undefined);
    const stop = new AbortController();
    const sent = open(port).channel.send(NOTICE, stop.signal);
    const reason = new Error('the operator has ended');
    stop.abort(reason);
    await expect(sent).rejects.toBe(reason);
  });

  it('that nothing listens as is a failure that may pass', async () => {
    const {channel, pauses} = open(await freePort());
    expect((await failureOf(channel.send(NOTICE, never))).code).toBe('ALERT_UNREACHABLE');
    expect(pauses).toEqual([2_000]);
  });

  it.skipIf(OUTER === undefined).each<[string, SMTPServerOptions, string, string]>([
    ['without TLS', {disabledCommands: ['STARTTLS']}, 'ALERT_REFUSED', 'does not agree on TLS'],
    ['whose certificate is not trusted', {}, 'ALERT_UNREACHABLE', 'certificate'],
  ])('elsewhere %s gets no password', async (_what, options, failure, why) => {
    let asked = 0;
    const {port, mails} = await mailServer({
      ...options,
      onAuth(_auth, _session, done) {
        asked += 1;
        done(null, {user: 'aos'});
      },
    });
    const {channel} = open(port, {server: {host: OUTER ?? '', port, isTls: false}});
    const {code, message} = await failureOf(channel.send(NOTICE, never));
    expect(code).toBe(failure);
    expect(message).toContain(why);
    expect({asked, mails}).toEqual({asked: 0, mails: []});
  });
});
