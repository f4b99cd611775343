import {say} from '../../../foundation/next-step/next-step.ts';
import {isAosError} from '../../../foundation/errors/error.ts';
import {toHex} from '../../../protocol/wire/ethereum.ts';
import {rpcFailure} from '../../../peers/signer/rpc.ts';
import {takeSignature} from '../../../peers/signer/signature.ts';
import {encodeTypedData} from '../../../peers/signer/typed-data.ts';
import {SLOW_BACKEND} from './sign.ts';
import {fail, ok, type Step} from './step.ts';

const NOWHERE = '0x0000000000000000000000000000000000000000';

/** The registration an operator signs for EigenLayer, made worthless: no contract, no service, expired. */
export const typedDataStep: Step = {
  id: 'signer.typed_data',
  needs: ['signer.sign'],
  asked: ({at}) => `eth_signTypedData (EigenLayer domain, expired) at ${at}`,
  slow: SLOW_BACKEND,
  async run({rpc, url, address, chainId, random}, signal) {
    const {json, digest} = encodeTypedData({
      domain: {name: 'EigenLayer', version: '1', chainId: chainId ?? 1, verifyingContract: NOWHERE},
      types: {
        OperatorAVSRegistration: [
          {name: 'operator', type: 'address'},
          {name: 'avs', type: 'address'},
          {name: 'salt', type: 'bytes32'},
          {name: 'expiry', type: 'uint256'},
        ],
      },
      primaryType: 'OperatorAVSRegistration',
      message: {operator: address, avs: NOWHERE, salt: `0x${toHex(random(32))}`, expiry: 0n},
    });
    const reply = await rpc.call('eth_signTypedData', `["${address.toLowerCase()}",${json}]`, signal);
    if (reply.kind !== 'result') throw rpcFailure('eth_signTypedData', reply, url.host);
    try {
      takeSignature(reply.value, digest, address);
    } catch (error) {
      if (!isAosError(error, 'SIGNER_WRONG_SIGNATURE')) throw error;
      return fail(
        error.message,
        'Web3Signer older than 25.9.0 signs typed data wrongly; registration would be refused',
        say('Upgrade Web3Signer to 25.9.0 or later.'),
      );
    }
    return ok('a signature over the EIP-712 digest', `the signature recovers to ${address}`);
  },
};
