import {run} from '../../next-step/next-step.ts';

/** The checks of answers before they are delivered. See CODES in table.ts. */
export const CHECKS = {
  ANSWER_HELD: {
    exit: 'refused',
    category: 'safety',
    means:
      'A check did not let the answer of a job pass. Nothing is signed or sent; the job ends unanswered at its deadline, unless you release the answer. Waiting costs the job, and a release of a wrong answer costs stake: docs/handbook/incidents/answer-held.md.',
    next: run('job list', ['--held'], 'See what the checks found'),
    causes: [
      'A second worker gives another answer: one of the two runs another model, other parameters, or a changed program.',
      'A proof or an attestation does not verify, or could not be verified.',
      'The worker is changed by someone, or lies.',
    ],
  },
  ANSWER_NOT_HELD: {
    exit: 'usage',
    category: 'usage',
    means: 'The job has no held answer that could be released.',
    next: run('job list', ['--held']),
    causes: [
      'The answer passed its checks, or was released before.',
      'No answer came: aos job retry asks a worker again.',
      'The answer is being checked at this moment.',
      'The retention is over, and the answer is gone with its job.',
    ],
  },
  ANSWER_NOT_CHECKED: {
    exit: 'unavailable',
    category: 'safety',
    means: 'An answer was delivered without the check that it waited for.',
    next: run('config show'),
    causes: ['The check was taken out of the configuration while the answer waited for it.'],
  },
  ANSWERS_DIFFER: {
    exit: 'refused',
    category: 'safety',
    means: 'The second worker gives another answer to the same question, so the answer of the first is held.',
    next: run('job list', ['--held'], 'Compare both answers'),
    causes: [
      'One of the two runs another model, quantization or version.',
      'One of the two has another verification key, or another SRS: check both by hand with the same proof.',
      'One of the two was changed by someone.',
    ],
  },
  SECOND_NOT_COMPARED: {
    exit: 'unavailable',
    category: 'network',
    means:
      'The second worker could not be compared with; the answer was delivered, and is not counted as equal.',
    next: run('doctor', ['--only', 'workers.opml,workers.tee,workers.zkml']),
    causes: [
      'The worker at workers.<kind>.second is away, busy, or too slow.',
      'It refuses the question: HTTP 400 or 422, or a model that it does not have.',
      'The engines are not of one build, and one of them gives no logprobs.',
    ],
  },
} as const;
