import {run, say} from '../../next-step/next-step.ts';

/** The workers, and the answers that they owe. See CODES in table.ts. */
export const WORKER = {
  WORKER_UNREACHABLE: {
    exit: 'unavailable',
    category: 'network',
    means: 'The worker did not answer.',
    next: say('Start the worker, or correct workers.<kind>.url.'),
    causes: [
      'The worker is not running: curl its URL.',
      'workers.<kind>.url has the wrong port; in a container 127.0.0.1 is the container itself.',
    ],
  },
  WORKER_BUSY: {
    exit: 'tryLater',
    category: 'network',
    means: 'The worker is busy; the job waits.',
    next: say('Add a worker in workers.<kind>.urls.'),
    causes: [
      'It answers one request at a time, and more come in than it manages.',
      'Another operator or program uses it too.',
      'It hangs: check its log and its GPU.',
    ],
  },
  WORKER_TIMEOUT: {
    exit: 'unavailable',
    category: 'network',
    means: 'The worker took the request but sent no answer.',
    next: say('Check the worker’s log, and that it can reach net.callback_url.'),
    causes: [
      'The worker cannot reach the callback address; net.callback_url must be one that it can reach.',
      'The request is larger than the time it has: workers.<kind>.answer_timeout',
    ],
  },
  WORKER_SLOW: {
    exit: 'unavailable',
    category: 'network',
    means:
      'A worker has a request for much longer than its answers take. It may be slow, or hang for ever: both look the same until answer_timeout.',
    next: say('Look at the worker’s log and its GPU; restart it when it does nothing.'),
    causes: [
      'The enclave of a tee worker has gone: the published worker never answers again.',
      'The published opml worker got two requests at the same moment.',
      'The request is long, or the machine is busy with something else.',
    ],
  },
  WORKER_LOST: {
    exit: 'unavailable',
    category: 'network',
    means: 'The worker started anew or went away while it worked on a request; the request is put again.',
    next: say('Check the worker’s log for why it ended.'),
    causes: [
      'The worker was restarted, by hand or by its supervisor.',
      'A prompt is longer than its model takes, and ends it.',
      'It ran out of memory: check the log of the kernel.',
    ],
  },
  WORKER_LOCKED: {
    exit: 'unavailable',
    category: 'network',
    means: 'The worker says that it is well and takes requests, but answers none.',
    next: say('Restart the worker.'),
    causes: [
      'The published opml worker got two requests at the same moment, perhaps from another program; it never answers again.',
      'The worker cannot reach net.callback_url, and does not send an answer again.',
      'workers.<kind>.answer_timeout is shorter than the worker needs.',
    ],
  },
  WORKER_STUCK: {
    exit: 'unavailable',
    category: 'network',
    means: 'The tee worker takes no request, although it works on none.',
    next: say('Restart the tee worker.'),
    causes: [
      'Its enclave is gone, or was not there when it started: the published worker does not recover from that.',
      'Another program sends it requests all the time.',
    ],
  },
  WORKER_UNSOUND: {
    exit: 'unavailable',
    category: 'config',
    means:
      'The zkml worker says false to a proof that is known to be good, so its false says nothing; none is sent.',
    next: say('Put the SRS where the zkml worker reads it, and restart it.'),
    causes: [
      'It has no SRS, or not the one that the proofs were made with: it says false to everything then.',
      'The verification key or the settings of the model of workers.zkml.known_good are not those of its proof.',
      'workers.zkml.known_good names a proof that is not good.',
    ],
  },
  WORKER_UNPROVEN: {
    exit: 'unavailable',
    category: 'config',
    means:
      'The zkml worker says false, and nothing shows that it can say true; that false is not sent, and the job waits.',
    next: say(
      'Name a proof that is known to be good in workers.zkml.known_good: its model, and its proof_path.',
    ),
    causes: [
      'workers.zkml.known_good is not configured. A worker without its SRS says false to everything.',
      'The known-good proof cannot be checked: its address does not answer, or the worker lacks its model.',
    ],
  },
  PROOF_NOT_CHECKED: {
    exit: 'unavailable',
    category: 'network',
    means:
      'The zkml worker could not check the proof of a job. That says nothing of the proof; it is asked again later.',
    next: run('job list', ['--state', 'selected,unanswered']),
    causes: [
      'The worker cannot download the proof: its address does not answer.',
      'The worker does not have the model, or its verification key or settings.',
    ],
  },
  PROOF_TIMEOUT: {
    exit: 'unavailable',
    category: 'network',
    means:
      'The zkml worker gave no verdict of the proof of a job in time, while it works otherwise; one attempt of that job.',
    next: run('job list', ['--state', 'selected,unanswered']),
    causes: [
      'The server of the proof hangs: the published worker has no limit of its own for the download.',
      'The proof takes longer than workers.zkml.answer_timeout.',
    ],
  },
  WORKER_REFUSED: {
    exit: 'unavailable',
    category: 'network',
    means: 'The worker refused the request.',
    next: say('Check the worker’s log.'),
    causes: [
      'It does not have the model.',
      'It is of another kind than the section of workers that names it.',
    ],
  },
  STATE_ROOT_DIFFERS: {
    exit: null,
    category: null,
    means: 'A worker gave another state root for the same model and prompt: it is not what it was.',
    next: say('Check which program and which model file the worker runs.'),
    causes: [
      'The worker was updated, or built anew in another folder.',
      'Its model file is another one.',
      'The workers of workers.<kind>.urls are not of one build.',
    ],
  },
  WORKER_BAD_ANSWER: {
    exit: 'unavailable',
    category: 'network',
    means: 'What the worker sent cannot be the answer to a job, and is not sent on.',
    next: say('Check the worker’s log, and its model.'),
    causes: [
      'The worker sent an empty text: its model did not load, or ended at once.',
      'The answer is larger than a result can be.',
      'The attestation of a tee worker is missing, or no base64.',
      'A zkml worker said neither true nor false.',
    ],
  },
  ANSWERS_MISSING: {
    exit: null,
    category: null,
    means:
      'Selected jobs have no answer from a worker; what the network does with a missing answer is not published.',
    next: run('job list', ['--state', 'selected,unanswered']),
    causes: [
      'The worker is away, or busy for longer than jobs come in: aos doctor.',
      'It ends at these prompts: aos job show ID says how each request ended.',
      'aos job retry --state unanswered asks again.',
    ],
  },
} as const;
