import {abortable, linkedAbort} from '../../../foundation/async/abort.ts';
import {say} from '../../../foundation/next-step/next-step.ts';
import {BlockList, isIP} from 'node:net';
import {lookup} from 'node:dns/promises';
import {allowlistOption} from '../../../peers/signer/host-refused.ts';
import {startWith} from '../../../peers/signer/start-option.ts';
import {isLoopbackHost, type SignerUrl} from '../../../peers/signer/url.ts';
import {ask, openTcp, openTls} from './socket.ts';
import {ok, warn, type CheckContext, type Step} from './step.ts';

const LOCAL_PROBE_MS = 500;
const LOCAL_PROBES = 8;

function privateRanges(): BlockList {
  const list = new BlockList();
  for (const [net, bits] of [
    ['10.0.0.0', 8],
    ['172.16.0.0', 12],
    ['192.168.0.0', 16],
    ['169.254.0.0', 16],
    ['100.64.0.0', 10],
  ] as const) {
    list.addSubnet(net, bits, 'ipv4');
  }
  list.addSubnet('fc00::', 7, 'ipv6');
  list.addSubnet('fe80::', 10, 'ipv6');
  return list;
}

async function isPublic({host, loopback}: SignerUrl, signal: AbortSignal): Promise<boolean> {
  if (loopback) return false;
  const {address} = await abortable<{address: string}>(signal, (resolve) => {
    // The connect step resolved this name a moment ago; if that fails now there is nothing to say.
    void lookup(host)
      .catch(() => ({address: '127.0.0.1'}))
      .then(resolve);
    return () => undefined; // a look-up cannot be ended; its answer is of no interest then
  });
  return !isLoopbackHost(address) && !privateRanges().check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/** Addresses of this machine, beyond loopback, where the signer's port answers too. */
async function openElsewhere(
  {url, localAddresses, time}: CheckContext,
  signal: AbortSignal,
): Promise<string[]> {
  const tries = localAddresses.slice(0, LOCAL_PROBES).map(async (host) => {
    const {controller: limit, unlink} = linkedAbort(signal);
    const cancel = time.after(LOCAL_PROBE_MS, () => limit.abort(new Error('no answer')));
    try {
      (await openTcp({host, port: url.port}, limit.signal)).destroy();
      return host;
    } catch {
      return undefined; // not reachable there, which is what we hope for
    } finally {
      cancel();
      unlink();
    }
  });
  return (await Promise.all(tries)).filter((host) => host !== undefined);
}

/** HTTP status of /upcheck under a foreign name; by hand, because undici takes the Host header for the TLS name. */
async function statusAsForeigner({url, tls}: CheckContext, signal: AbortSignal): Promise<number> {
  const socket = url.tls ? await openTls(url, tls, true, signal) : await openTcp(url, signal);
  try {
    const request =
      'GET /upcheck HTTP/1.1\r\nHost: example.invalid\r\nAccept: text/plain\r\nConnection: close\r\n\r\n';
    const answer = await ask(socket, request, signal);
    return Number(/^HTTP\/1\.[01] (\d{3})/.exec(answer)?.[1] ?? 0);
  } finally {
    socket.destroy();
  }
}

/** Whether an https signer answers those who show no certificate, though one is configured for it. */
async function isAnyClientTaken(context: CheckContext, signal: AbortSignal): Promise<boolean> {
  const {cert, key: _key, passphrase: _passphrase, ...tls} = context.tls;
  if (!context.url.tls || cert === undefined) return false;
  return (await statusAsForeigner({...context, tls}, signal).catch(() => 0)) !== 0;
}

/** Who else could sign: the allow-list, the addresses it listens on, encryption. Web3Signer itself asks for no password. */
export const exposureStep: Step = {
  id: 'signer.exposure',
  needs: ['signer.upcheck'],
  asked: ({at}) => `GET /upcheck as Host: example.invalid at ${at}, and the port on other addresses`,
  async run(context, signal) {
    const {url, tls} = context;
    // A connection that is dropped is a refusal as well.
    const status = await statusAsForeigner(context, signal).catch(() => 0);
    signal.throwIfAborted();
    const anyName = status === 200;
    const anyClient = await isAnyClientTaken(context, signal);
    signal.throwIfAborted();
    const elsewhere = url.loopback ? await openElsewhere(context, signal) : [];
    const open = await isPublic(url, signal);
    const got = [
      anyName
        ? 'any host name is answered (allow-list *)'
        : status === 0
          ? 'no answer for a foreign host name'
          : `HTTP ${status} for a foreign host name`,
      ...(elsewhere.length > 0 ? [`also listens on ${elsewhere.join(', ')}`] : []),
      ...(open ? ['a public address'] : []),
      ...(anyClient ? ['clients without a certificate are taken'] : []),
    ].join('; ');
    const danger = 'anyone who reaches this port can sign with the operator’s key';
    if (elsewhere.length > 0) return warn(got, danger, startWith('--http-listen-host=127.0.0.1'));
    if (anyClient && !url.loopback)
      return warn(
        got,
        danger,
        say('Start Web3Signer with --tls-known-clients-file=FILE in place of --tls-allow-any-client=true.'),
      );
    if (open && tls.cert === undefined)
      return warn(
        got,
        danger,
        say(
          'Move Web3Signer to a private network, or demand client certificates with --tls-known-clients-file (node.signer_tls).',
        ),
      );
    if (!url.loopback && !url.tls)
      return warn(
        got,
        `${danger}, and read what is signed`,
        say(
          'Have Web3Signer listen on loopback only, and reach it through a tunnel such as ssh or WireGuard; or use TLS with a client certificate (node.signer_tls).',
        ),
      );
    if (anyName)
      return warn(
        got,
        'web pages can reach it through a browser on this network by DNS rebinding',
        startWith(allowlistOption(url.host)),
      );
    return ok(
      got,
      tls.cert === undefined
        ? 'only those who can reach this address and know its name can sign'
        : 'only those with a client certificate that the signer knows can sign',
    );
  },
};
