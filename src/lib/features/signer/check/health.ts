import {say} from '../../../foundation/next-step/next-step.ts';
import {safeText} from '../../../foundation/text/safe-text.ts';
import {excerpt} from '../../../peers/signer/rpc.ts';
import {fail, ok, stop, warn, type Step} from './step.ts';

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

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

const list = (value: unknown): Record<string, unknown>[] =>
  Array.isArray(value) ? value.filter(isRecord) : [];
const text = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? safeText(String(value), 60) : '?';

/** The key loaders that report themselves down. */
function failedLoaders(health: unknown): KeyLoading[] {
  const checks = isRecord(health) ? list(health['checks']) : [];
  const loaders = checks
    .filter((check) => check['id'] === 'keys-check')
    .flatMap((check) => list(check['checks']));
  return loaders
    .filter((loader) => loader['status'] !== 'UP')
    .map((loader) => {
      const data = isRecord(loader['data']) ? loader['data'] : {};
      return {id: text(loader['id']), loaded: text(data['keys-loaded']), errors: text(data['error-count'])};
    });
}

/** Key files that failed to load. (UP says nothing about our key: keys from YAML files are not counted in eth1 mode.) */
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
      health = undefined;
    }
    const status = isRecord(health) ? health['status'] : undefined;
    if (answer.status === 200 && status === 'UP') return ok('UP', 'every key file that was found was loaded');
    if (answer.status === 503 && status === 'DOWN') {
      const failed = failedLoaders(health);
      const got = failed
        .map(({id, loaded, errors}) => `${id}: ${loaded} loaded, ${errors} failed`)
        .join('; ');
      return fail(
        got === '' ? 'DOWN' : got,
        'key files could not be loaded: a wrong password, a newline at the end of a password .txt, or no .txt',
        say('Look for "Error loading v3 keystore" in the log of Web3Signer.'),
      );
    }
    if (answer.status === 500)
      return fail(
        excerpt(answer).slice(0, 60),
        'the health procedure itself failed',
        say('Look at the log of Web3Signer and restart it.'),
      );
    return warn(
      excerpt(answer),
      'this is not the health report of Web3Signer: a proxy hides it',
      say('Let GET /healthcheck through.'),
    );
  },
};
