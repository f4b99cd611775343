import {createHash} from 'node:crypto';
import {linkedAbort} from '../../foundation/async/abort.ts';
import {createBackoff} from '../../foundation/async/backoff.ts';
import {retry} from '../../foundation/async/retry.ts';
import {AosError, isAosError} from '../../foundation/errors/error.ts';
import {run, type NextStep} from '../../foundation/next-step/next-step.ts';
import {deadline} from '../../foundation/system/system-time.ts';
import {ipAddress, isLoopbackAddress} from '../../foundation/system/ip-address.ts';
import {createRedactor} from '../../foundation/text/redactor.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import type {Time} from '../../foundation/time/time.ts';
import {fit} from './fit.ts';
import type {Channel, Notice} from './notice.ts';

/** Where mail goes; `isTls`: TLS from the beginning (port 465), else STARTTLS. */
export type MailServer = {host: string; port: number; isTls: boolean};

export type MailOptions = {
  server: MailServer;
  user: string | null;
  /** Reads the secret; null: the server wants none. */
  password: (() => string) | null;
  from: string;
  to: readonly string[];
};

export type MailDeps = {
  time: Pick<Time, 'sleep'>;
  random: () => number;
  /** Limit of one attempt, from connecting to the last answer. */
  timeoutMs?: number;
};

const ATTEMPTS = 2;
const TIMEOUT_MS = 20_000;
const MOST_SUBJECT = 150;

/** What nodemailer makes of a failure. */
type Failure = {code: string; responseCode: number; response: string; message: string};

/** Mail by SMTP. A password is never sent without TLS, but to this machine. */
export function createMail(options: MailOptions, {time, random, timeoutMs = TIMEOUT_MS}: MailDeps): Channel {
  const {server, user, password, from, to} = options;
  const {host, port, isTls} = server;
  const place = `${isTls ? 'smtps' : 'smtp'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
  // Nothing leaves the machine, and the certificate of a local server is seldom one that is trusted.
  const isHere = !isTls && (host === 'localhost' || isLoopbackAddress(ipAddress(host) ?? ''));
  const closed = new AbortController();

  async function once(notice: Notice, outer: AbortSignal): Promise<{status: number; refused: string[]}> {
    // Read for each mail, so that a corrected file needs no restart.
    const pass = password === null ? null : password();
    const {createTransport} = await import('nodemailer');
    const {signal, done} = deadline(outer, timeoutMs);
    const transport = createTransport({
      host,
      port,
      secure: isTls,
      requireTLS: !isTls && !isHere,
      ignoreTLS: isHere,
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      socketCloseTimeout: 0,
      dnsTimeout: timeoutMs,
      disableFileAccess: true,
      disableUrlAccess: true,
      ...(user === null || pass === null ? {} : {auth: {user, pass}}),
    });
    try {
      const info = await transport.sendMail({...mailOf(notice, {from, to}), signal});
      return {status: codeOf(info.response), refused: info.rejected.map(String)};
    } catch (error) {
      outer.throwIfAborted();
      const hide = createRedactor(sentSecrets(user, pass));
      const failure = failureOf(error, hide);
      const isLate = signal.aborted || failure.code === 'ETIMEDOUT';
      throw failed(place, failure, isLate ? timeoutMs : null);
    } finally {
      done();
      transport.close();
    }
  }

  return {
    async send(notice, signal) {
      const {controller, unlink} = linkedAbort(signal, closed.signal);
      const {status, refused} = await retry(() => once(notice, controller.signal), {
        time,
        signal: controller.signal,
        backoff: createBackoff({firstMs: 2_000, capMs: 30_000, random}),
        attempts: ATTEMPTS,
        mayPass: (error) => isAosError(error, 'ALERT_UNREACHABLE'),
      }).finally(unlink);
      const names = safeText(refused.join(', '), 160);
      return {place, status, note: refused.length === 0 ? null : `it takes no mail for ${names}`};
    },
    close() {
      closed.abort(new Error('the mail channel was closed'));
      return Promise.resolve();
    },
  };
}

/** The password as it is, and as the mechanisms LOGIN and PLAIN send it. */
function sentSecrets(user: string | null, pass: string | null): string[] {
  if (pass === null) return [];
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  return [pass, base64(pass), base64(`\u0000${user ?? ''}\u0000${pass}`)];
}

/** One mail. Those of one matter are one thread. */
function mailOf(notice: Notice, {from, to}: {from: string; to: readonly string[]}) {
  const {state, subject, severity, message, next, code, since, at, nodeId, network, host, version} = notice;
  const thread = createHash('sha256').update(`${network} ${nodeId} ${notice.key} ${since}`).digest('hex');
  const rows = [
    ['state', state],
    ['severity', severity],
    ['code', `${code} (aos explain ${code})`],
    ['since', since],
    ['at', at],
    ['node', nodeId],
    ['network', network],
    ['host', host],
    ['aos', version],
  ];
  const lines = [
    message,
    ...(next === '' ? [] : ['', `Next: ${next}`]),
    '',
    ...rows.map(([name = '', value = '']) => `${name}: ${value}`),
  ];
  return {
    from,
    to: [...to],
    subject: fit(`[aos] ${state.toUpperCase()} ${subject}: ${message}`, MOST_SUBJECT),
    text: `${lines.join('\n')}\n`,
    priority: severity === 'critical' ? ('high' as const) : ('normal' as const),
    references: `<${thread.slice(0, 32)}@aos-operator.invalid>`,
    headers: {'Auto-Submitted': 'auto-generated'},
  };
}

/** `250 2.0.0 Ok: queued` */
function codeOf(response: string): number {
  return Number(/^\d{3}/.exec(response)?.[0] ?? 250);
}

function failureOf(error: unknown, hide: (text: string) => string): Failure {
  const has = (name: string): unknown =>
    typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
  const [code, responseCode, response] = [has('code'), has('responseCode'), has('response')];
  const message = error instanceof Error ? error.message : '';
  return {
    code: typeof code === 'string' ? code : 'UNKNOWN',
    responseCode: typeof responseCode === 'number' ? responseCode : 0,
    response: typeof response === 'string' ? hide(response) : '',
    message: hide(message),
  };
}

const TEST = ['--channel', 'email'];

/** In words of our own: what a server says may repeat what it was sent. */
function failed(
  place: string,
  {code, responseCode, response, message}: Failure,
  limitMs: number | null,
): AosError {
  const name = `the mail server at ${place}`;
  if (limitMs !== null)
    return new AosError('ALERT_UNREACHABLE', `${name} did not take the mail within ${limitMs / 1000} s`, {
      next: run(
        'alert test',
        TEST,
        'See that alerts.email.server names its host, its port and its kind of TLS, then',
      ),
    });
  const words = WORDS[code];
  const isRefusal = code === 'EAUTH' || (responseCode >= 500 && responseCode !== 503);
  const said = response === '' || code === 'EAUTH' ? '' : `: ${safeText(response, 120)}`;
  const number = responseCode === 0 ? '' : ` (SMTP ${responseCode})`;
  return new AosError(
    isRefusal || code === 'ENOAUTH' ? 'ALERT_REFUSED' : 'ALERT_UNREACHABLE',
    `${name} ${words?.what ?? `did not take the mail: ${OWN_SIDE.has(code) ? safeText(message, 160) : code}`}${number}${said}`,
    {next: words?.next ?? run('alert test', TEST, 'Correct alerts.email.server, then')},
  );
}

/** Failures of the connection, whose texts are of this machine: `connect ECONNREFUSED …`, `self-signed certificate`. */
const OWN_SIDE: ReadonlySet<string> = new Set(['ESOCKET', 'ECONNECTION']);

const WORDS: Readonly<Record<string, {what: string; next: NextStep}>> = {
  EAUTH: {
    what: 'refuses the user or the password',
    next: run(
      'alert test',
      TEST,
      'Correct alerts.email.user and the file of alerts.email.password_file, then',
    ),
  },
  ENOAUTH: {
    what: 'wants a user and a password',
    next: run('alert test', TEST, 'Set alerts.email.user and alerts.email.password_file, then'),
  },
  EENVELOPE: {
    what: 'refuses the sender or every recipient',
    next: run('alert test', TEST, 'Correct alerts.email.from and alerts.email.to, then'),
  },
  ETLS: {
    what: 'does not agree on TLS',
    next: run(
      'alert test',
      TEST,
      'Write smtps:// for a port with TLS from the beginning (465), smtp:// for STARTTLS (587) in alerts.email.server, then',
    ),
  },
  EDNS: {
    what: 'is not found: there is no such host',
    next: run('alert test', TEST, 'Correct alerts.email.server, then'),
  },
};
