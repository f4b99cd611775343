import {describe, expect, it} from 'vitest';
import {startCommand} from '../../../../src/lib/features/init/web3signer-command.ts';

const KEYS = '--key-config-path=./keys';

describe('the command that starts a Web3Signer', () => {
  it.each([
    ['http://127.0.0.1:9000', `web3signer ${KEYS} eth1 --chain-id=1`],
    ['http://localhost:9000/', `web3signer ${KEYS} eth1 --chain-id=1`],
    ['http://127.0.0.1:19010', `web3signer --http-listen-port=19010 ${KEYS} eth1 --chain-id=1`],
    ['http://localhost', `web3signer --http-listen-port=80 ${KEYS} eth1 --chain-id=1`],
    [
      'http://127.0.0.2:9000',
      `web3signer --http-listen-host=127.0.0.2 --http-host-allowlist=127.0.0.2,localhost,127.0.0.1 ${KEYS} eth1 --chain-id=1`,
    ],
    [
      'http://[::1]:9000',
      `web3signer --http-listen-host=::1 --http-host-allowlist='[::1],localhost,127.0.0.1' ${KEYS} eth1 --chain-id=1`,
    ],
    [
      'https://signer:9443',
      `web3signer --http-listen-host=0.0.0.0 --http-host-allowlist=signer,localhost,127.0.0.1 --http-listen-port=9443 --tls-keystore-file=FILE --tls-keystore-password-file=FILE --tls-known-clients-file=FILE ${KEYS} eth1 --chain-id=1`,
    ],
  ])('that is reached at %s', (signerUrl, command) => {
    expect(startCommand({signerUrl, keysDir: './keys', chainId: '1'})).toBe(command);
  });

  it('is one word for each value, and no redirection where the chain is not known', () => {
    expect(startCommand({signerUrl: 'http://127.0.0.1:9000', keysDir: "./it's", chainId: null})).toBe(
      "web3signer --key-config-path='./it'\\''s' eth1 --chain-id=CHAIN_ID",
    );
  });
});
