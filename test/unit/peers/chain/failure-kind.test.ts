import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {
  kindOf,
  TIMEOUT,
  TOO_LARGE,
  type FailureKind,
  type RpcFacts,
} from '../../../../src/lib/peers/chain/rpc/failure-kind.ts';
import {failureError} from '../../../../src/lib/peers/chain/rpc/failure-error.ts';
import {createUrlSecrets} from '../../../../src/lib/peers/chain/rpc/url-secrets.ts';

const facts = (known: Partial<RpcFacts>): RpcFacts => ({
  status: 200,
  code: null,
  text: '',
  network: null,
  retryAfterMs: null,
  redirectTo: null,
  ...known,
});

const CASES: [string, Partial<RpcFacts>, FailureKind][] = [
  ['Infura, quota', {code: -32005, text: 'daily request count exceeded, request rate limited'}, 'quota'],
  ['Alchemy, quota', {status: 429, code: 429, text: 'Monthly capacity limit exceeded.'}, 'quota'],
  ['payment', {status: 402}, 'quota'],
  ['Alchemy, rate', {status: 429, code: 429, text: 'exceeded its compute units per second capacity'}, 'busy'],
  ['Infura, rate', {code: -32005, text: 'project ID request rate exceeded'}, 'busy'],
  ['QuickNode, rate', {code: -32007, text: '25/second request limit reached'}, 'busy'],
  ['an over-limit code without words', {code: -32016, text: 'over compute units'}, 'busy'],
  ['a bare 429', {status: 429}, 'busy'],
  ['a code in a 200', {code: -32005, text: ''}, 'busy'],
  ['Alchemy, paused', {status: 403, code: -32600, text: 'App is inactive'}, 'key'],
  ['Infura, key', {status: 401, text: 'invalid project id'}, 'key'],
  ['Infura, key in a 200', {code: -32600, text: 'invalid project id'}, 'key'],
  ['a bare 401', {status: 401}, 'key'],
  ['a bare 403', {status: 403}, 'key'],
  ['geth, behind', {code: -32000, text: 'header not found'}, 'behind'],
  ['reth, behind', {code: -32001, text: 'block not found: 0x10'}, 'behind'],
  ['besu, behind', {code: -39001, text: 'Unknown block'}, 'behind'],
  ['nethermind, behind', {code: -32001, text: 'Unable to find block 0x12'}, 'behind'],
  ['geth, no state', {code: -32000, text: 'missing trie node 5f3a (path )'}, 'archive'],
  ['pruned', {code: 4444, text: 'pruned history unavailable'}, 'archive'],
  ['no method', {code: -32601, text: 'the method eth_feeHistory does not exist'}, 'method'],
  ['not in the plan', {status: 400, code: -32600, text: 'method is not whitelisted'}, 'method'],
  ['bad gateway', {status: 502, text: '<html>Bad Gateway</html>'}, 'gateway'],
  ['gateway time-out', {status: 504}, 'gateway'],
  ['Cloudflare', {status: 522}, 'gateway'],
  ['a node that fails', {status: 500, code: -32603, text: 'Internal error'}, 'node'],
  ['a page', {text: '<!DOCTYPE html>'}, 'not-json'],
  ['half an answer', {text: '{"jsonrpc":"2.0"'}, 'not-json'],
  ['a redirect', {status: 301, redirectTo: 'https://rpc.example.org'}, 'redirect'],
  ['a time-out', {status: null, network: TIMEOUT}, 'timeout'],
  ['an endless answer', {network: TOO_LARGE}, 'large'],
  ['a certificate', {status: null, network: 'DEPTH_ZERO_SELF_SIGNED_CERT'}, 'tls'],
  ['plain text on a TLS port', {status: null, network: 'ERR_SSL_WRONG_VERSION_NUMBER'}, 'tls'],
  ['a refused connection', {status: null, network: 'ECONNREFUSED'}, 'unreached'],
  ['no such host', {status: null, network: 'ENOTFOUND'}, 'unreached'],
  ['our own mistake', {code: -32602, text: 'invalid params'}, 'other'],
  ['a tag that the RPC does not know', {code: -32602, text: 'unknown block tag'}, 'other'],
  ['Infura, too many logs', {code: -32005, text: 'query returned more than 10000 results'}, 'other'],
];

describe('what a failure of an RPC means', () => {
  it.each(CASES)('%s', (_what, known, kind) => {
    expect(kindOf(facts(known))).toBe(kind);
  });

  it('is said with the code that is true of it, and a next step', () => {
    const told = CASES.map(([what, known, kind]) => {
      const {code, exitCode, message, next} = failureError(kind, facts(known), 'rpc.example.org');
      return `${what}: ${code} ${exitCode} ${message} → ${JSON.stringify(next)}`;
    });
    expect(told).toMatchSnapshot();
  });

  it('is something, whatever an RPC says, and no line of it is a secret or a control character', () => {
    const url = 'https://user:hunter2hunter2@rpc.example.org/v3/deadbeefkey?token=t0kent0ken';
    const {withoutSecrets} = createUrlSecrets(url);
    const secret = fc.constantFrom('deadbeefkey', 't0kent0ken', 'hunter2hunter2', url);
    // fc.string of any sign builds its tables for seconds.
    const signs = fc
      .array(fc.integer({min: 0, max: 0xd7ff}), {maxLength: 20})
      .map((codes) => String.fromCharCode(...codes));
    const said = fc.tuple(signs, secret, fc.string({maxLength: 20}));
    fc.assert(
      fc.property(
        said,
        fc.option(fc.integer({min: 100, max: 599})),
        fc.option(fc.integer()),
        (parts, status, code) => {
          const known = facts({text: withoutSecrets(parts.join(' ')), status, code});
          const {message} = failureError(kindOf(known), known, 'rpc.example.org');
          expect(message).not.toMatch(/deadbeefkey|t0kent0ken|hunter2/);
          expect(message).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
        },
      ),
    );
  });
});

it('hides a key of the URL as it is written there and as a server reads it', () => {
  const {withoutSecrets, authorization} = createUrlSecrets(
    'https://me:pass%40word@rpc.example/v2/ab%2Bcdefgh',
  );
  expect(withoutSecrets('ab%2Bcdefgh ab+cdefgh pass%40word pass@word v2')).toBe('… … … … v2');
  expect(authorization).toBe(`Basic ${Buffer.from('me:pass@word').toString('base64')}`);
});
