import {say} from '../../../foundation/next-step/next-step.ts';
import {safeText} from '../../../foundation/text/safe-text.ts';
import {excerpt} from '../../../peers/signer/rpc.ts';
import {fail, ok, stop, warn, type Finding, type Step} from './step.ts';

const UPGRADE = 'Upgrade Web3Signer to 25.9.0 or later.';

/** `health_status` is answered by Web3Signer alone (since 25.9.0): a node behind it would not know it. */
export const healthStatusStep: Step = {
  id: 'signer.health_status',
  needs: ['signer.upcheck'],
  asked: ({at}) => `health_status at ${at}`,
  async run({rpc, transport}, signal) {
    const reply = await rpc.call('health_status', '[]', signal);
    switch (reply.kind) {
      case 'result':
        if (reply.value === 'OK') return ok('OK', 'eth1 mode, 25.9.0 or later');
        return fail(
          safeText(JSON.stringify(reply.value), 100),
          'this is not Web3Signer’s answer',
          say('Point signer_key at Web3Signer itself.'),
        );
      case 'error':
        return fail(
          `${reply.code} ${reply.message}`,
          'Web3Signer is older than 25.9.0: the method went to the node, and eth_signTypedData is wrong there',
          say(UPGRADE),
        );
      case 'foreign': {
        if (reply.status !== 404)
          return stop(
            reply.text,
            'JSON-RPC does not reach Web3Signer',
            say('Point signer_key at Web3Signer itself, not at a proxy.'),
          );
        const keys = await transport.request(
          {method: 'GET', path: '/api/v1/eth2/publicKeys', headers: {accept: 'application/json'}, body: null},
          signal,
        );
        const means =
          keys.status === 200 ? 'Web3Signer runs in eth2 mode' : 'Web3Signer runs, but not in eth1 mode';
        return stop(reply.text, means, say('Start it as: web3signer [options] eth1 --chain-id=<id>'));
      }
    }
  },
};

type KeyLoading = {id: string; loaded: string; errors: string};

/** Loads V3 keystores of a directory, each with a password file of the same name. */
const V3_LOADER = 'v3-keystores-bulk-loading';
/** The first load of all ended with an error, and nothing was loaded since. */
const FIRST_LOAD = 'unexpected';

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

const list = (value: unknown): Record<string, unknown>[] =>
  Array.isArray(value) ? value.filter(isRecord) : [];
const text = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? safeText(String(value), 60) : '?';

/** What loads keys in bulk, by the report: keys of YAML files are not in it. */
function bulkLoaders(health: unknown): Record<string, unknown>[] {
  const checks = isRecord(health) ? list(health['checks']) : [];
  return checks.filter((check) => check['id'] === 'keys-check').flatMap((check) => list(check['checks']));
}

/** Those that report themselves down. */
function failedLoaders(health: unknown): KeyLoading[] {
  return bulkLoaders(health)
    .filter((loader) => loader['status'] !== 'UP')
    .map((loader) => {
      const data = isRecord(loader['data']) ? loader['data'] : {};
      return {id: text(loader['id']), loaded: text(data['keys-loaded']), errors: text(data['error-count'])};
    });
}

function well(health: unknown): Finding {
  const bulk = bulkLoaders(health).map((loader) => text(loader['id']));
  const found = bulk.length === 0 ? 'UP' : `UP (${bulk.join(', ')})`;
  const loaded = bulk.length === 0 ? 'Web3Signer runs' : 'no key that is loaded in bulk failed';
  return ok(found, `${loaded}; keys of YAML files are not covered here, signer.accounts shows them`);
}

function down(health: unknown): Finding {
  const failed = failedLoaders(health);
  const found = failed
    .map(({id, loaded, errors}) => (id === FIRST_LOAD ? id : `${id}: ${loaded} loaded, ${errors} failed`))
    .join('; ');
  if (failed.some(({id}) => id === V3_LOADER))
    return fail(
      found,
      'keystores could not be loaded: a wrong password, a newline at the end of a password .txt, or no .txt',
      say('Look for "Error loading v3 keystore" in the log of Web3Signer.'),
    );
  const means = failed.some(({id}) => id === FIRST_LOAD)
    ? 'the first load of the keys failed, and Web3Signer says so until it is started again'
    : 'keys could not be loaded in bulk, or another check of Web3Signer is down';
  return fail(
    found === '' ? 'DOWN' : found,
    means,
    say('Read the log of Web3Signer from its start on, correct what it names, and restart it.'),
  );
}

/**
 * Keys that could not be loaded in bulk. UP proves nothing of our key: those of YAML files, which `aos init` and `aos config
 * migrate` write, are never in it in eth1 mode.
 */
export const healthcheckStep: Step = {
  id: 'signer.healthcheck',
  needs: ['signer.upcheck'],
  asked: ({at}) => `GET /healthcheck at ${at}`,
  async run({transport}, signal) {
    const answer = await transport.request(
      {method: 'GET', path: '/healthcheck', headers: {accept: 'application/json'}, body: null},
      signal,
    );
    let health: unknown;
    try {
      health = JSON.parse(answer.body);
    } catch {
      health = undefined; // no JSON is no report of Web3Signer
    }
    const status = isRecord(health) ? health['status'] : undefined;
    if (answer.status === 200 && status === 'UP') return well(health);
    if (answer.status === 503 && status === 'DOWN') return down(health);
    if (answer.status === 500)
      return fail(
        excerpt(answer).slice(0, 60),
        'the health procedure itself failed, or took longer than a second',
        say('Look at the log of Web3Signer and restart it.'),
      );
    return warn(
      excerpt(answer),
      'this is not the health report of Web3Signer: a proxy hides it',
      say('Let GET /healthcheck through.'),
    );
  },
};
