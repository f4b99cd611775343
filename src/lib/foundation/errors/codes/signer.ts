import {run, say} from '../../next-step/next-step.ts';

/** Web3Signer and what it signs. See CODES in table.ts. */
export const SIGNER = {
  SIGNER_URL_INVALID: {
    exit: 'config',
    category: 'config',
    means: 'signer_key is not a usable Web3Signer URL.',
    next: say('Correct it, for example: http://127.0.0.1:9000'),
    causes: ['signer_key has a path, a query or a scheme other than http and https.'],
  },
  SIGNER_TLS_INVALID: {
    exit: 'config',
    category: 'config',
    means: 'The files of node.signer_tls cannot be used.',
    next: run('signer check', [], 'Correct node.signer_tls, then'),
    causes: [
      'The certificate has expired, or belongs to another key.',
      'The key is encrypted, and node.signer_tls.passphrase_file is missing or wrong.',
      'A path is wrong: relative ones start at the directory of the configuration file.',
    ],
  },
  SIGNER_FAILED_OVER: {
    exit: 'unavailable',
    category: 'network',
    means: 'The first signer does not sign; another of node.signer_urls signs in its place.',
    next: run('signer check'),
    causes: [
      'The first Web3Signer is down, or its key backend is.',
      'aos returns to it by itself when it has signed for a minute without a failure.',
    ],
  },
  SIGNER_STANDBY_DOWN: {
    exit: 'unavailable',
    category: 'network',
    means: 'A signer of node.signer_urls does not answer: it could not stand in now.',
    next: run('signer check'),
    causes: ['That Web3Signer is not running, or this machine does not reach it.'],
  },
  SIGNER_STANDBY_UNFIT: {
    exit: 'negative',
    category: 'config',
    means: 'A signer of node.signer_urls holds another key; it is not asked to sign.',
    next: run('signer check'),
    causes: ['The key of node_id is not loaded there.', 'The URL is of the signer of another node.'],
  },
  SIGNER_UNREACHABLE: {
    exit: 'unavailable',
    category: 'network',
    means: 'Web3Signer did not answer.',
    next: run('signer check', [], 'Start Web3Signer, then'),
    causes: [
      'Web3Signer is not running: systemctl status web3signer, or docker ps.',
      'Host or port differ from node.signer_key; in a container 127.0.0.1 is the container itself.',
      'TLS: the certificate is not trusted, or has expired.',
      'It is stuck: upcheck and healthcheck are well, and JSON-RPC is silent until it is restarted.',
      'Its key backend needs longer than --idle-connection-timeout-seconds, after which it drops the connection.',
    ],
  },
  SIGNER_REFUSED: {
    exit: 'unavailable',
    category: 'network',
    means: 'Web3Signer answered with an error.',
    next: run('signer check'),
    causes: [
      'The key of node_id is not loaded.',
      'It answers 403: its host allow-list does not name the host that is used, or a proxy changes the Host header.',
      'Its key backend (KMS, Vault, Azure) failed; Web3Signer does not log the cause.',
      'Web3Signer was started without eth1.',
    ],
  },
  SIGNER_UNKNOWN_ACCOUNT: {
    exit: 'negative',
    category: 'config',
    means: 'Web3Signer does not hold the key of node_id.',
    next: run('signer check'),
    causes: [
      'The key file is not in its key directory, does not end in .yaml, or its keyType is wrong.',
      'Its key file could not be loaded: a wrong or empty password, in bulk loading also a newline after it. Its log says so; /healthcheck does not for YAML files.',
      'node.node_id is another address than that of the key.',
    ],
  },
  SIGNER_WRONG_SIGNATURE: {
    exit: 'refused',
    category: 'safety',
    means: 'The signature that came back is not by node_id; it was not used.',
    next: run('signer check'),
    causes: [
      'The URL leads to another signer, or a proxy chooses among several.',
      'node.node_id is another address than that of the key.',
    ],
  },
  SIGNER_WRONG_TRANSACTION: {
    exit: 'refused',
    category: 'safety',
    means: 'The signed transaction is not the one that was asked for; it was not used.',
    next: run('signer check'),
    causes: [
      'The signer fills in or changes fields by itself.',
      'Its chain id (eth1 --chain-id) is that of another chain.',
    ],
  },
  SIGNER_PROTOCOL: {
    exit: 'protocol',
    category: 'network',
    means: 'The answer is not one that Web3Signer gives.',
    next: say('Check that signer_key points at Web3Signer itself, not at a node or a proxy.'),
    causes: [
      'The URL leads to an Ethereum node, a proxy’s error page or another service.',
      'It is a version of Web3Signer without the method.',
    ],
  },
} as const;
