import {run, say} from '../../next-step/next-step.ts';

/** The BN254 key of this machine, and keys taken over from an old configuration. See CODES in table.ts. */
export const KEYS = {
  KEY_INVALID: {
    exit: 'data',
    category: 'data',
    means: 'The text is not a private key of the kind that is needed.',
    next: say('Give one number from 1 to the order of the curve, in decimal or as 0x and hex digits.'),
    causes: [
      'A word, a sign or a line too many came along.',
      'It is 0, or not below the order of the curve.',
      'It is a key of another kind: an Ethereum account, BLS, VRF, a recovery phrase.',
    ],
  },
  KEY_PUBLIC: {
    exit: 'refused',
    category: 'safety',
    means:
      'A key or an address is one of those that documents publish; outside a devnet anyone can take what it holds.',
    next: say('Use a key of your own.'),
    causes: [
      'An example of a document, or a development key (anvil, hardhat, Web3Signer), was copied.',
      'The configuration of a devnet is used with another network.',
    ],
  },
  KEY_MISSING: {
    exit: 'config',
    category: 'config',
    means: 'The key file could not be opened.',
    next: run('keys bls create', [], 'Correct the path; on a new node make a key'),
    causes: [
      'node.bls_key_file names another path.',
      'No BLS key was made yet; only registries of the BLS kind need one.',
    ],
  },
  KEY_UNSAFE: {
    exit: 'refused',
    category: 'safety',
    means: 'A file with a key or a password can be read by other users.',
    next: say('chmod 600 the file named above.'),
    causes: ['The file was copied without its mode: ls -l.'],
  },
  KEY_EXISTS: {
    exit: 'cannotWrite',
    category: 'filesystem',
    means: 'There is a file already; a key is never overwritten by accident.',
    next: say('Name another file, or add --force, which keeps the old one as .bak.'),
    causes: ['A key was made before; to lose it is to lose the operator id.'],
  },
  KEY_WRITE_FAILED: {
    exit: 'cannotWrite',
    category: 'filesystem',
    means: 'The keystore could not be written; nothing was changed.',
    next: say('Check the directory and the free space.'),
    causes: ['The directory is not yours or does not exist: ls -ld.', 'The disk is full: df -h.'],
  },
  KEY_KEYSTORE_INVALID: {
    exit: 'data',
    category: 'data',
    means: 'The file is not a whole keystore of the kind that is needed.',
    next: say('Check the path, or restore the file from its backup.'),
    causes: [
      'The file was cut off when it was copied: wc -c, and jq . FILE.',
      'It is a keystore of another kind (Ethereum V3, EIP-2335).',
    ],
  },
  KEY_KEYSTORE_UNSUPPORTED: {
    exit: 'data',
    category: 'data',
    means: 'The keystore is of a kind or a cost that aos does not open.',
    next: run('keys bls import', [], 'Decrypt it with the tool that made it, then'),
    causes: [
      'It was made with a cost (scrypt N) that would take more memory than aos gives it.',
      'It is of another version or curve.',
    ],
  },
  KEY_PASSWORD_WRONG: {
    exit: 'data',
    category: 'data',
    means: 'The password does not open the keystore (or the file is damaged).',
    next: say('Try the password again.'),
    causes: [
      'A newline or blank at the end of the password file.',
      'The password of another keystore.',
      'The keyboard layout.',
    ],
  },
  KEY_PASSWORD_INVALID: {
    exit: 'data',
    category: 'data',
    means: 'What was given is not usable as a password.',
    next: say('Give one line of text that is not empty.'),
    causes: ['The file is empty, has several lines, or is no text.'],
  },
  KEY_PASSWORD_MISSING: {
    exit: 'config',
    category: 'config',
    means: 'The password could not be read from where it was said to be.',
    next: say('Check --password-file or node.bls_password_file.'),
    causes: [
      'The password file is not there or not readable.',
      '--password-fd names a descriptor that nothing was opened on.',
    ],
  },
  KEY_SELF_CHECK_FAILED: {
    exit: 'refused',
    category: 'safety',
    means: 'The BN254 signature made here does not pass the contract’s own check; it was not used.',
    next: say('Check that the registry is the right contract and report this with --json.'),
    causes: ['chain.contracts names something that is no BLS registry.', 'A bug: report it.'],
  },
  KEY_SHARED: {
    exit: null,
    category: null,
    means: 'The same key was used for the operator’s account and for the VRF.',
    next: run('config migrate', ['FILE', '--new-vrf-key'], 'Make a new VRF key'),
    causes: ['The sample file of the reference operator has it so.'],
  },
  KEY_OF_OTHER: {
    exit: null,
    category: null,
    means: 'The private key in the old file is not the key of node_id.',
    next: say('Correct node_id or signer_key, then run the command again.'),
    causes: ['One of the two is of another operator, or was mistyped.'],
  },
  KEY_WAS_PLAIN: {
    exit: null,
    category: null,
    means: 'The private key stood in a file that others may have read or copied.',
    next: say('Think of moving to a new key; delete old copies and backups of the file.'),
    causes: ['The reference operator wants the key itself in its file.'],
  },
} as const;
