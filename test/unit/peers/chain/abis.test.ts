import {toEventSelector, toFunctionSelector, type Abi} from 'viem';
import {describe, expect, it} from 'vitest';
import {avsSlasherAbi, challengeManagerAbi} from '../../../../src/lib/peers/chain/abis-aos.ts';
import {
  avsRegistrarAbi,
  ecdsaB1Abi,
  ecdsaB2Abi,
  ecdsaB3Abi,
  ecdsaStakeRegistryAbi,
  ejectionManagerAbi,
  registryCoordinatorAbi,
} from '../../../../src/lib/peers/chain/abis-avs.ts';
import {
  allocationManagerAbi,
  delegationManagerAbi,
  permissionControllerAbi,
} from '../../../../src/lib/peers/chain/abis-core.ts';
import {revertErrorsAbi} from '../../../../src/lib/peers/chain/abis-errors.ts';

const selector = (abi: Abi, name: string): string => {
  const item = abi.find((entry) => entry.type === 'function' && entry.name === name);
  return item?.type === 'function' ? toFunctionSelector(item) : 'none';
};
const topic = (abi: Abi, name: string): string => {
  const item = abi.find((entry) => entry.type === 'event' && entry.name === name);
  return item?.type === 'event' ? toEventSelector(item) : 'none';
};

describe('ABIs give the selectors and topics that were computed from the deployed sources', () => {
  it.each([
    [registryCoordinatorAbi, 'registerOperator', '0xa50857bf'],
    [registryCoordinatorAbi, 'deregisterOperator', '0xca4f2d97'],
    [ecdsaB1Abi, 'registerOperatorWithSignature', '0x0a601a12'],
    [ecdsaB1Abi, 'deregisterOperator', '0x857dc190'],
    [ecdsaB2Abi, 'registerOperatorWithSignature', '0x3d5611f6'],
    [ecdsaB3Abi, 'registerOperatorM2Quorum', '0xb884cb62'],
    [ecdsaB3Abi, 'deregisterOperatorM2Quorum', '0xf2b11a42'],
    [ecdsaStakeRegistryAbi, 'getLastestOperatorSigningKey', '0xcdcd3581'],
    [ecdsaStakeRegistryAbi, 'getLatestOperatorSigningKey', '0xa2ce5fd1'],
    [allocationManagerAbi, 'slashOperator', '0x36352057'],
    [avsRegistrarAbi, 'updateSocket', '0x6591666a'],
    [registryCoordinatorAbi, 'updateSocket', '0x0cf4b767'],
    [delegationManagerAbi, 'updateOperatorMetadataURI', '0x78296ec5'],
    [permissionControllerAbi, 'setAppointee', '0x950d806e'],
  ] as const)('%#: %s', (abi, name, expected) => {
    expect(selector(abi, name)).toBe(expected);
  });

  it.each([
    [
      allocationManagerAbi,
      'OperatorSlashed',
      /^0x80969ad29428d6797ee7aad084f9e4a42a82fc506dcd2ca3b6fb431f85ccebe5$/,
    ],
    [allocationManagerAbi, 'MaxMagnitudeUpdated', /^0x1c645807.*9b5c$/],
    [allocationManagerAbi, 'AllocationUpdated', /^0x1487af54.*76dd$/],
    [
      delegationManagerAbi,
      'OperatorSharesSlashed',
      /^0xdd611f4ef63f4385f1756c86ce1f1f389a9013ba6fa07daba8528291bc2d3c30$/,
    ],
    [delegationManagerAbi, 'OperatorMetadataURIUpdated', /^0x02a919ed.*8090$/],
    [delegationManagerAbi, 'OperatorRegistered', /^0xa453db61/],
    [ecdsaStakeRegistryAbi, 'OperatorRegistered', /^0xa453db61/],
    [ejectionManagerAbi, 'OperatorEjected', /^0x97ddb711.*53b4$/],
    [avsSlasherAbi, 'OperatorSlashed', /^0x8a83cf9a.*9f3b$/],
    [
      challengeManagerAbi,
      'NewChallengeCreated',
      /^0xf670ca2cbb898c82f5de5f0697a7340ae1e089df3e85137eb65cc9794b2f1906$/,
    ],
    [
      challengeManagerAbi,
      'ChallengeResponded',
      /^0xf7d7a8300e553f25f8088b81b3f77823a57541922aa5fa92ca281944c37ed3d9$/,
    ],
  ] as const)('%#: %s', (abi, name, expected) => {
    expect(topic(abi, name)).toMatch(expected);
  });

  it('of the custom errors, each once', () => {
    const selectors = revertErrorsAbi.map(({name}) => [name, toFunctionSelector(`${name}()`)] as const);
    expect(new Set(selectors.map(([, hex]) => hex)).size).toBe(selectors.length);
    expect(Object.fromEntries(selectors)).toMatchObject({
      OperatorAlreadyRegisteredToAVS: '0x354a5176',
      SaltSpent: '0x35313244',
      OperatorNotRegisteredToEigenLayer: '0x9f88c8af',
      SignatureExpired: '0x0819bdcd',
      InvalidSignature: '0x8baa579f',
      CurrentlyPaused: '0x840a48d5',
      OperatorNotRegisteredToAVS: '0x52df45c9',
      M2QuorumRegistrationIsDisabled: '0x21fa91f3',
      OnlyM2QuorumsAllowed: '0xafaa70ef',
      AlreadyRegisteredForQuorums: '0x0c6816cd',
      CannotReregisterYet: '0x32d0cefa',
      MaxOperatorCountReached: '0xc6b9e767',
      InvalidBLSSignatureOrPrivateKey: '0xa72d0263',
      OperatorAlreadyRegistered: '0x42ee68b5',
      OperatorNotRegistered: '0x25ec6c1f',
      InvalidPermissions: '0x932d94f7',
      InvalidOperator: '0xccea9e6f',
      InvalidOperatorSet: '0x7ec5c154',
      AlreadyMemberOfSet: '0xd8d8dc4e',
      NotMemberOfSet: '0x25131d4f',
      InvalidCaller: '0x48f5c3ed',
      KeyNotRegistered: '0x815589fb',
      OperatorNotSlashable: '0xebbff497',
      StrategyNotInOperatorSet: '0x6378684e',
    });
  });
});
