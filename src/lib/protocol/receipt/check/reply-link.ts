import {atOnce} from '../../../foundation/async/slices.ts';
import {isAosError} from '../../../foundation/errors/error.ts';
import {parseEnvelope, verifyEnvelope, type Verification} from '../../wire/envelope.ts';
import {readFrame, type Incoming} from '../../wire/frame.ts';
import {broken, notHere, notSigned, type Link} from '../links.ts';
import {signerLink, type Dispatchers} from './signer-link.ts';

/** Checks the dispatcher's reply to the result: it accepts the message with that id. The published dispatchers sign none. */
export function checkReply(
  reply: Uint8Array | null,
  envelopeId: string | null,
  dispatchers: Dispatchers,
): Link {
  if (reply === null) return notHere('reply', 'the dispatcher’s acceptance is not here');
  const incoming = readReply(reply);
  if (incoming?.kind !== 'response' || incoming.reply === null)
    return broken('reply', 'the dispatcher’s reply cannot be read');
  if (incoming.id !== envelopeId) return broken('reply', 'the reply is to another message');
  if (incoming.reply.code !== 200)
    return broken('reply', `the reply has code ${incoming.reply.code}: it accepts nothing`);
  const verified = signatureOf(reply);
  switch (verified.state) {
    case 'unsigned':
      return notSigned('reply', 'the dispatcher accepted the result, and did not sign that');
    case 'invalid':
      return broken('reply', verified.reason);
    case 'signed':
      return signerLink('reply', verified.signer, dispatchers);
  }
}

function readReply(bytes: Uint8Array): Incoming | null {
  try {
    return atOnce(readFrame(bytes));
  } catch (error) {
    if (isAosError(error)) return null;
    throw error;
  }
}

/** Some dispatchers leave the fields of a signature out. */
function signatureOf(bytes: Uint8Array): Verification {
  try {
    return verifyEnvelope(parseEnvelope(bytes));
  } catch (error) {
    if (isAosError(error, 'ENVELOPE_INVALID')) return {state: 'unsigned'};
    throw error;
  }
}
