import {execFileSync} from 'node:child_process';
import {createPrivateKey} from 'node:crypto';
import {chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {beforeEach, describe, expect, it, onTestFinished} from 'vitest';
import type {SignerTls} from '../../../../src/lib/config/config.ts';
import {type AosError, isAosError} from '../../../../src/lib/foundation/errors/error.ts';
import {checkSigner} from '../../../../src/lib/features/signer/check.ts';
import {systemTime} from '../../../../src/lib/foundation/system/system-time.ts';
import {openSigner} from '../../../../src/lib/peers/signer/open.ts';
import {devSigner, OPERATOR, pem} from '../../../support/signer.ts';

const NONE: SignerTls = {ca: null, cert: null, key: null, passphraseFile: null, serverName: null};
let dir = '';

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'aos-tls-'));
  onTestFinished(() => rmSync(dir, {recursive: true}));
});

/** A private copy of a fixture, or a file of this text. */
function file(name: string, text = pem(name)): string {
  const path = join(dir, `${name}.pem`);
  writeFileSync(path, text, {mode: 0o600});
  return path;
}

const client = (changes: Partial<SignerTls> = {}): SignerTls => ({
  ...NONE,
  ca: file('ca'),
  cert: file('client'),
  key: file('client-key'),
  ...changes,
});

/** A Web3Signer that wants a certificate of its authority, as `--tls-allow-ca-clients` has it. */
const strict = (certificate = 'server') =>
  devSigner({
    tls: {
      cert: pem(certificate),
      key: pem(`${certificate}-key`),
      ca: pem('ca'),
      requestCert: true,
      rejectUnauthorized: true,
    },
  });

async function sign(url: string, tls: SignerTls): Promise<string> {
  const signer = openSigner({url, tls}, {address: OPERATOR, timeoutMs: 30_000});
  try {
    return await signer.sign(Buffer.from('hello'));
  } finally {
    await signer.close();
  }
}

async function failed(work: () => Promise<unknown>): Promise<AosError> {
  const error = await Promise.resolve()
    .then(work)
    .catch((thrown: unknown) => thrown);
  if (!isAosError(error)) throw new Error(`no AosError: ${String(error)}`);
  return error;
}

describe('a signer that demands a client certificate', () => {
  it('signs for the one of node.signer_tls', async () => {
    expect(await sign((await strict()).url, client())).toMatch(/^[0-9a-f]{130}$/);
  });

  it('signs with a key that a passphrase opens', async () => {
    const key = createPrivateKey(pem('client-key')).export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: 'open, please',
    });
    const tls = client({
      key: file('locked', String(key)),
      passphraseFile: file('passphrase', 'open, please\n'),
    });
    expect(await sign((await strict()).url, tls)).toMatch(/^[0-9a-f]{130}$/);
    expect(
      (await failed(() => sign('https://127.0.0.1:1', {...tls, passphraseFile: null}))).message,
    ).toContain('is encrypted, and there is no passphrase');
    const wrong = {...tls, passphraseFile: file('wrong', 'shut')};
    expect((await failed(() => sign('https://127.0.0.1:1', wrong))).message).toContain('does not open with');
  });

  it('is judged by the name that node.signer_tls.server_name gives', async () => {
    const {url} = await strict('other');
    expect((await failed(() => sign(url, client()))).next.say).toContain('node.signer_tls.server_name');
    expect(await sign(url, client({serverName: 'signer.example'}))).toMatch(/^[0-9a-f]{130}$/);
  });

  it('says what to do without a certificate, and with one that it does not know', async () => {
    const {url} = await strict();
    const none = await failed(() => sign(url, {...NONE, ca: file('ca')}));
    expect(none.next.say).toContain('node.signer_tls.cert');
    const [cert, key] = [join(dir, 'self.pem'), join(dir, 'self.key')];
    const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    execFileSync(
      'openssl',
      [...made, '-keyout', key, '-out', cert, '-subj', '/CN=aos-node-1', '-days', '30'],
      {
        stdio: 'ignore',
      },
    );
    chmodSync(key, 0o600);
    const unknown = await failed(() => sign(url, client({cert, key})));
    expect(unknown.next.say).toMatch(
      /--tls-known-clients-file .*: aos-node-1 (?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/,
    );
  });

  it('takes renewed files at the next connection, without a restart', async () => {
    const {url} = await strict();
    const tls = client({
      cert: file('cert', pem('other')),
      key: file('key', pem('other-key')),
      ca: file('authority', pem('other')),
    });
    const signer = openSigner({url, tls}, {address: OPERATOR, timeoutMs: 30_000});
    onTestFinished(() => signer.close());
    // The authority is wrong, until its file is renewed.
    expect((await failed(() => signer.sign(Buffer.from('a')))).next.say).toContain('node.signer_tls.ca');
    copyFileSync(file('ca'), String(tls.ca));
    expect(await signer.sign(Buffer.from('a'))).toMatch(/^[0-9a-f]{130}$/);
    // And it names what is wrong with them when they are renewed badly.
    copyFileSync(file('server-key'), String(tls.key));
    const other = openSigner({url, tls: client()}, {address: OPERATOR, timeoutMs: 30_000});
    await other.close();
    expect((await failed(() => sign(url, tls))).message).toContain('belongs to another key');
  });
});

describe('files of node.signer_tls that cannot be used', () => {
  it.each<[string, () => Partial<SignerTls>, string, string, string]>([
    [
      'another key',
      () => ({key: file('server-key')}),
      'SIGNER_TLS_INVALID',
      'belongs to another key',
      'node.signer_tls.key',
    ],
    [
      'an expired one',
      () => ({cert: file('expired'), key: file('expired-key')}),
      'SIGNER_TLS_INVALID',
      'expired on 2020',
      'renewed',
    ],
    [
      'no file',
      () => ({cert: join(dir, 'nothing.pem')}),
      'SIGNER_TLS_INVALID',
      'is not there (ENOENT)',
      'signer_tls',
    ],
    ['a directory', () => ({ca: dir}), 'SIGNER_TLS_INVALID', 'is not a file', 'node.signer_tls.ca'],
    [
      'a key for a certificate',
      () => ({cert: file('client-key')}),
      'SIGNER_TLS_INVALID',
      'holds a private key and no certificate',
      'BEGIN CERTIFICATE',
    ],
    [
      'a text',
      () => ({ca: file('text', 'hello')}),
      'SIGNER_TLS_INVALID',
      'holds no PEM certificate',
      'BEGIN CERTIFICATE',
    ],
    [
      'a certificate for a key',
      () => ({key: file('client')}),
      'SIGNER_TLS_INVALID',
      'holds no PEM private key',
      'node.signer_tls.key',
    ],
  ])('%s', async (_name, changes, code, said, step) => {
    const error = await failed(() => sign('https://127.0.0.1:1', client(changes())));
    expect(error.code).toBe(code);
    expect(error.message).toContain(said);
    expect(`${error.next.say} ${error.hint}`).toContain(step);
  });

  it('a key that others may read is refused with 77', async () => {
    const key = file('open', pem('client-key'));
    chmodSync(key, 0o640);
    const error = await failed(() => sign('https://127.0.0.1:1', client({key})));
    expect(error).toMatchObject({code: 'KEY_UNSAFE', exitCode: 77});
  });
});

describe('aos signer check', () => {
  const check = (url: string, tlsFiles: SignerTls | null) =>
    checkSigner({
      url,
      address: OPERATOR,
      chainId: 31337,
      time: systemTime,
      limitMs: 30_000,
      samples: 1,
      localAddresses: [],
      tlsFiles,
    });

  it('shows the client certificate and its end', async () => {
    const report = await check((await strict()).url, client());
    expect(report.steps.find(({id}) => id === 'signer.tls')?.found).toContain(
      'client certificate valid until 2',
    );
    expect(report.steps.find(({id}) => id === 'signer.sign')?.state).toBe('ok');
  });

  it('says when the signer takes clients without a certificate too', async () => {
    const exposureOf = async (url: string): Promise<string | undefined> =>
      (await check(url, client())).steps.find(({id}) => id === 'signer.exposure')?.found;
    const words = 'clients without a certificate are taken';
    expect(await exposureOf((await strict()).url)).not.toContain(words);
    const lax = await devSigner({tls: {cert: pem('server'), key: pem('server-key')}});
    expect(await exposureOf(lax.url)).toContain(words);
  });

  it('fails with what is wrong with a file', async () => {
    const report = await check('https://127.0.0.1:1', client({key: file('server-key')}));
    expect(report.verdict).toBe('fail');
    expect(report.steps[0]?.found).toContain('belongs to another key');
  });
});
