import {run, say} from '../../next-step/next-step.ts';

/** What is wrong with the attestation of a tee worker. See CODES in table.ts. */
export const ATTESTATION = {
  TEE_ROOT_INVALID: {
    exit: 'config',
    category: 'config',
    means: 'The root certificate that attestations are judged by cannot be used.',
    next: say('Name the PEM file of one root certificate in workers.tee.root.'),
    causes: [
      'The file is missing, or this user may not read it.',
      'It holds another certificate than the root, or several.',
    ],
  },
  ATTESTATION_MALFORMED: {
    exit: 'data',
    category: 'safety',
    means: 'What a tee worker sent as its attestation is no document of an AWS Nitro enclave.',
    next: say('Check that workers.tee.url names the published tee worker, and its log.'),
    causes: [
      'The worker runs outside an enclave, or is another program.',
      'The document was cut or changed on its way.',
      'Its enclave is not one of AWS Nitro: aos reads no other form.',
    ],
  },
  ATTESTATION_UNTRUSTED: {
    exit: 'data',
    category: 'safety',
    means: 'The certificates of an attestation do not lead to the configured root.',
    next: say('Compare the sha256 of workers.tee.root with the one that AWS publishes for its Nitro root.'),
    causes: [
      'workers.tee.root is the certificate of another authority.',
      'The document was made by a program that plays an enclave: do not release its answers.',
    ],
  },
  ATTESTATION_EXPIRED: {
    exit: 'data',
    category: 'safety',
    means: 'A certificate of an attestation was not valid at the time that the document says.',
    next: say('Check the clock of the tee worker’s machine, and restart the worker.'),
    causes: [
      'The enclave’s clock is wrong.',
      'The document is an old one with another time written into it.',
    ],
  },
  ATTESTATION_BAD_SIGNATURE: {
    exit: 'data',
    category: 'safety',
    means: 'An attestation is not signed by the key of its certificate: something in it was changed.',
    next: say('Check what is between the tee worker and this node, and do not release its answers.'),
    causes: ['The document was changed after it was made.', 'It was put together from several documents.'],
  },
  ATTESTATION_WRONG_TIME: {
    exit: 'data',
    category: 'safety',
    means: 'An attestation was not made between the request and its answer, give or take two minutes.',
    next: run(
      'doctor',
      ['--only', 'clock.offset'],
      'Check the clock of this machine and of the worker’s, then',
    ),
    causes: [
      'The clock of this machine or of the enclave is wrong.',
      'The worker sends an older document again.',
    ],
  },
  ATTESTATION_DEBUG: {
    exit: 'data',
    category: 'safety',
    means: 'An attestation comes from an enclave in debug mode, which proves nothing.',
    next: say('Start the enclave without --debug-mode.'),
    causes: ['nitro-cli run-enclave was called with --debug-mode: each register is zero then.'],
  },
  ATTESTATION_WRONG_IMAGE: {
    exit: 'data',
    category: 'safety',
    means: 'An attestation is of an enclave that runs another program than workers.tee.pcrs allows.',
    next: say(
      'Compare the registers with those of nitro-cli describe-eif, and correct workers.tee.pcrs or the worker.',
    ),
    causes: [
      'The image of the enclave was built anew, or updated: its registers are new then.',
      'The worker runs another image than the one you trust: do not release its answers.',
    ],
  },
  ATTESTATION_OTHER_ANSWER: {
    exit: 'data',
    category: 'safety',
    means: 'An attestation vouches for another text than the answer that came with it.',
    next: say('Check what is between the enclave and this node, and do not release the answer.'),
    causes: [
      'The answer was changed outside the enclave.',
      'The worker mixed up the documents of two answers.',
      'The enclave puts something else than the sha256 of the answer into user_data.',
    ],
  },
  ATTESTATION_REPLAYED: {
    exit: 'data',
    category: 'safety',
    means: 'The same attestation came with an earlier answer, and a document counts once.',
    next: say('Check the tee worker’s log, and do not release the answer.'),
    causes: ['The worker sends a document again in place of a new one.'],
  },
  ATTESTATION_NOT_CHECKED: {
    exit: 'tryLater',
    category: 'safety',
    means:
      'An attestation is recorded, and nothing says whether it holds: no root or no registers are configured.',
    next: say('Set workers.tee.root and workers.tee.pcrs (docs/verification.md).'),
    causes: [
      'workers.tee.verify is record, or has no root and registers to judge by.',
      'aos job show has the registers of the document: they are what workers.tee.pcrs takes, once you know them to be right.',
    ],
  },
  ATTESTATION_UNJUDGED: {
    exit: 'tryLater',
    category: 'safety',
    means:
      'An attestation could not be checked, for a reason that is not in the document; it is tried again.',
    next: run('doctor'),
    causes: ['The thread that checks attestations ended or took too long: the machine lacks memory or time.'],
  },
} as const;
