import {run, say} from '../../next-step/next-step.ts';

/** A configuration and the files that it names. See CODES in table.ts. */
export const CONFIG = {
  CONFIG_MISSING: {
    exit: 'config',
    category: 'config',
    means: 'No configuration file was found.',
    next: run('init', [], 'Name the file with -c FILE; on a new node make it'),
    causes: [
      'There is no file at the path that -c or AOS_CONFIG names.',
      'The command was started in another directory, and neither ./config.yaml, $AOS_HOME/config.yaml nor /etc/aos/config.yaml is there.',
    ],
  },
  CONFIG_UNREADABLE: {
    exit: 'config',
    category: 'config',
    means: 'The configuration file is there but could not be read.',
    next: say('Check its path and permissions.'),
    causes: [
      'The file belongs to another user: ls -l.',
      'The path is a directory, or a symbolic link that leads nowhere or in a circle.',
      'It is larger than a configuration may be.',
    ],
  },
  PATH_INVALID: {
    exit: 'config',
    category: 'config',
    means: 'A path cannot be used as it is written: it could mean another place each time.',
    next: say('Write an absolute path, or one that begins with ~/.'),
    causes: [
      'A variable names a relative path, which would be another directory after each cd.',
      'Only ~/ is expanded: neither ~name/ nor $VARIABLE is, where no shell has done it (systemd, docker, quotes).',
      'HOME is relative, or this user has no home directory: set AOS_HOME.',
    ],
  },
  CONFIG_INVALID: {
    exit: 'config',
    category: 'config',
    means: 'The configuration has errors; nothing was started.',
    next: say('Correct the lines named above and run the command again.'),
    causes: [
      'Each line names the file, line, column, key, what it has and what is expected.',
      'Indentation: a key slipped into another section.',
      'An AOS_ variable overrides the file with a wrong value: env | grep AOS_',
    ],
  },
  CONFIG_EXISTS: {
    exit: 'cannotWrite',
    category: 'filesystem',
    means: 'There is a file already; a configuration is never overwritten by accident.',
    next: say('Name another file with -c FILE, or add --force, which keeps the old one as .bak.'),
    causes: ['aos init was run here before.'],
  },
  CONFIG_WRITE_FAILED: {
    exit: 'cannotWrite',
    category: 'filesystem',
    means: 'The file could not be written; what was there is unchanged.',
    next: say('Check the directory and the free space.'),
    causes: ['The directory is not yours or does not exist: ls -ld.', 'The disk is full: df -h.'],
  },
  CONFIG_CHANGED: {
    exit: 'tryLater',
    category: 'filesystem',
    means: 'The file was changed by someone else meanwhile; nothing was written.',
    next: say('Run the command again.'),
    causes: ['An editor or another command wrote the file between reading and writing it.'],
  },
  RAW_PRIVATE_KEY: {
    exit: 'refused',
    category: 'safety',
    means: 'The configuration holds a raw private key; the operator never takes one into its memory.',
    next: run('config migrate', ['FILE'], 'Move it into an encrypted keystore for Web3Signer'),
    causes: [
      'The configuration of the reference operator has the key itself in signer_key.',
      'An operator.yaml that `aos init --from` reads has a private key in plain, where an encrypted keystore belongs.',
      'Anyone who could read the file may have the key: consider a new one.',
    ],
  },
  VRF_KEY_UNSAFE: {
    exit: 'refused',
    category: 'safety',
    means: 'The VRF key file can be read by other users.',
    next: say('chmod 600 the file named above.'),
    causes: ['The file was made without umask 077: ls -l shows its mode.'],
  },
  VRF_KEY_MISSING: {
    exit: 'config',
    category: 'config',
    means: 'The VRF key file could not be opened.',
    next: run(
      'keys vrf create',
      ['--file', 'vrf.key'],
      'Correct node.vrf_key_file; on a new node make the key',
    ),
    causes: [
      'node.vrf_key_file is relative to the directory of the configuration file.',
      'It was never made: aos keys vrf create --file vrf.key',
    ],
  },
  VRF_KEY_INVALID: {
    exit: 'config',
    category: 'config',
    means: 'The VRF key is not a 32-byte hex seed.',
    next: run(
      'keys vrf create',
      ['--file', 'vrf.key'],
      'Restore the file that node.vrf_key_file names; on a new node make one',
    ),
    causes: [
      'The file holds something else than 64 hex digits: wc -c.',
      'A key of another kind (secp256k1, a keystore) is in it.',
    ],
  },
  UNKNOWN_KEY: {
    exit: null,
    category: null,
    means: 'The configuration has a key that aos does not know; it is ignored.',
    next: say('Correct or remove the line that is named.'),
    causes: ['A mistyped key.', 'A key of a newer aos.'],
  },
  UNKNOWN_VARIABLE: {
    exit: null,
    category: null,
    means: 'An AOS_ variable of the environment is none that aos knows; it is ignored.',
    next: say('Correct or unset it.'),
    causes: ['A mistyped name.'],
  },
  SECTION_UNUSED: {
    exit: null,
    category: null,
    means: 'A section of the reference operator’s file is not needed here.',
    next: say('Nothing to do; it can be removed.'),
    causes: ['The file comes from the reference operator.'],
  },
  INLINE_VRF_KEY: {
    exit: null,
    category: null,
    means: 'The configuration holds the VRF seed itself.',
    next: say('Put it into a file of mode 0600 and name that in node.vrf_key_file.'),
    causes: ['The file comes from the reference operator.'],
  },
  FILE_READABLE: {
    exit: null,
    category: null,
    means: 'A file with a secret can be read by other users of this machine.',
    next: say('chmod 600 the file that is named.'),
    causes: ['It was made without umask 077.'],
  },
  KIND_UNSUPPORTED: {
    exit: null,
    category: null,
    means: 'node.node_type is none of opml, tee and zkml; it is ignored.',
    next: say('Name the kind of your worker, or leave node.node_type out.'),
    causes: ['A reference file may have any text there.'],
  },
  KNOWN_GOOD_MISSING: {
    exit: null,
    category: null,
    means:
      'A zkml worker without its SRS says false to everything; with no known-good proof to ask beside it, no false is sent.',
    next: say('Name a proof in workers.zkml.known_good: its model, and its proof_path.'),
    causes: ['workers.zkml.known_good is not in the file.'],
  },
  PLAIN_TRANSPORT: {
    exit: null,
    category: null,
    means: 'Messages go over a public network without TLS: anyone on the way can read and change them.',
    next: say('Use https:// or wss://, or a tunnel to an address of a private network.'),
    causes: [
      'The URL begins with http:// or ws://.',
      'net.dispatcher_url is host:port without a scheme, which is ws://.',
    ],
  },
  LOOPBACK_PEER: {
    exit: null,
    category: null,
    means: 'A peer of a public network is configured on this machine.',
    next: say(
      'Name the dispatcher of the network in net.dispatcher_url, or ignore this when a tunnel leads there.',
    ),
    causes: [
      'The address was copied from a devnet.',
      'A tunnel (ssh -L, WireGuard, a sidecar) listens on this machine: then it is meant so.',
    ],
  },
  PUBLISHED_ADDRESS: {
    exit: null,
    category: null,
    means:
      'node_id is an address that documents publish, and the configuration does not say that it is for a devnet.',
    next: say('Put your own address into node.node_id; for a devnet set chain.chain_id: 31337.'),
    causes: ['An example of a document was copied.', 'The file of a devnet was copied without its chain id.'],
  },
  PROXY_UNUSABLE: {
    exit: null,
    category: null,
    means: 'A variable names a proxy that aos cannot use; what would go through it fails.',
    next: say('Set the variable to http://HOST:PORT, or unset it.'),
    causes: [
      'ALL_PROXY names a SOCKS proxy, which aos does not use.',
      'The value is no URL: quotes, or a space, came into it.',
    ],
  },
  METRICS_OPEN: {
    exit: null,
    category: null,
    means: 'The metrics of this node are served on every address of the machine, without a password.',
    next: say('Set net.metrics_url: 127.0.0.1:9092, or let a firewall keep others from its port.'),
    causes: [
      'The file of the reference operator has 0.0.0.0:9000 there.',
      'Prometheus is in another container or on another machine: then it is meant so.',
    ],
  },
  CONTRADICTION: {
    exit: null,
    category: null,
    means: 'Two values of the configuration are right by themselves and do not fit together.',
    next: say('Correct one of the two that the warning names.'),
    causes: [
      'A part of the file was copied from that of another network, or from another section.',
      'The chain id is written for a copy of the chain: then network: custom, with its contracts, says so.',
    ],
  },
  CALLBACK_UNREACHABLE: {
    exit: null,
    category: null,
    means: 'Workers send their answers to an address that aos does not listen on.',
    next: say(
      'Set workers.callback_listen, or a loopback net.callback_url; run a tee worker on the machine of aos.',
    ),
    causes: [
      'net.outer_url is taken for answers of workers, too.',
      'A tee worker runs on another machine: the published one sends its answers to 127.0.0.1 alone.',
    ],
  },
  NETWORK_MISSING: {
    exit: null,
    category: null,
    means: 'The new configuration names no network, so no contract address and no chain id is preset.',
    next: run('config migrate', ['FILE', '--network', 'NAME']),
    causes: ['Files of the reference operator name none.'],
  },
  NETWORK_MISMATCH: {
    exit: null,
    category: null,
    means: 'A value of the old file belongs to another network than the one that the new file names.',
    next: say('Set the value of the network that you work on.'),
    causes: ['The file is of a network that is retired, such as Holesky, or --network names another one.'],
  },
  INIT_PROBLEM: {
    exit: null,
    category: null,
    means:
      'A program that `aos init` checked did not answer; a comment in the configuration file says which.',
    next: run('doctor'),
    causes: ['It is not running yet, or its address is wrong.'],
  },
} as const;
