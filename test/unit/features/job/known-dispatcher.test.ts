import {expect, it} from 'vitest';
import {isKnown} from '../../../../src/lib/features/job/known-dispatcher.ts';
import {signerLink} from '../../../../src/lib/protocol/receipt/check/signer-link.ts';
import {DISPATCHER, OPERATOR} from '../../../support/receipts.ts';

it.each([
  [null, [], null, 'not_checked'],
  [DISPATCHER, [], true, 'valid'],
  [OPERATOR, [], false, 'broken'],
  [OPERATOR, [DISPATCHER.toLowerCase()], true, 'valid'],
  [null, [DISPATCHER], true, 'valid'],
  [null, [OPERATOR], false, 'broken'],
])(
  'a signer, where the dispatcher is %s and the former ones are %j: known is %s, and a check says %s',
  (dispatcher, formerDispatchers, known, verdict) => {
    const dispatchers = {dispatcher, formerDispatchers};
    expect(isKnown(DISPATCHER, dispatchers)).toBe(known);
    expect(signerLink('dispatcher', DISPATCHER, dispatchers).verdict).toBe(verdict);
  },
);
