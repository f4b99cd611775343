import {recoverTypedDataAddress} from 'viem';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {
  registrationDomain,
  registrationTypedData,
  type Registration,
} from '../../../../src/lib/peers/chain/typed-data.ts';
import type {AosContracts} from '../../../../src/devnet/chain/deploy.ts';
import type {ChainHooks} from '../../../support/chain-hooks.ts';
import {avsDigest, SALT} from '../../../support/avs-signature.ts';
import {openAt} from '../../../support/avs-view.ts';
import {registrationOf} from '../../../support/bls-registry.ts';
import {LATER, OPERATOR, startChainRig, type ChainRig} from '../../../support/chain-rig.ts';

/** Compiling the contracts anew takes its time on a busy machine. */
const COMPILE_MS = 60_000;

let rig: ChainRig;
let aos: AosContracts;
let hooks: ChainHooks;
let registration: Registration;

beforeAll(async () => {
  rig = await startChainRig();
  aos = await rig.deploy({flow: 'bls'});
  hooks = rig.hooks(aos);
  registration = {operator: OPERATOR.address, avs: aos.service_manager, salt: SALT, expiry: LATER};
}, COMPILE_MS);
afterAll(() => rig.close());

describe('registrationTypedData', () => {
  it.each([
    ['none', null],
    ['1.', '1.'],
    ['1', '1'],
    ['v1', 'v1'],
  ] as const)('finds the domain %s by AVSDirectory’s own digest', async (domain, version) => {
    await hooks.setDomain(domain);
    const chain = await openAt(rig.url);
    const found = await registrationTypedData(chain, aos.avs_directory, registration);
    expect(found.version).toBe(version);
    expect(found.digest).toBe(avsDigest(aos.avs_directory, version ?? undefined, registration));
    expect(await registrationDomain(chain, aos.avs_directory, aos.service_manager)).toBe(version);
  });

  it('is what AVSDirectory takes for a registration', async () => {
    await hooks.setDomain('1.');
    const chain = await openAt(rig.url);
    const {definition} = await registrationTypedData(chain, aos.avs_directory, registration);
    const signature = await OPERATOR.signTypedData(definition);
    expect(await recoverTypedDataAddress({...definition, signature})).toBe(OPERATOR.address);
    const data = await registrationOf(rig, aos, OPERATOR, {
      signature: {signature, salt: SALT, expiry: LATER},
    });
    expect(await rig.attempt(OPERATOR.address, aos.registry, data)).toBe('0x');
  });

  it('CHAIN_DOMAIN_UNKNOWN, and nothing to sign, for a domain or a chain of another kind', async () => {
    await hooks.setDomain('9.9.9' as never);
    const chain = await openAt(rig.url);
    await expect(registrationTypedData(chain, aos.avs_directory, registration)).rejects.toMatchObject({
      code: 'CHAIN_DOMAIN_UNKNOWN',
      exitCode: 77,
    });
    await hooks.setDomain('1');
    const elsewhere = {...(await openAt(rig.url)), chainId: 1};
    await expect(registrationTypedData(elsewhere, aos.avs_directory, registration)).rejects.toMatchObject({
      code: 'CHAIN_DOMAIN_UNKNOWN',
    });
  });

  it('fails for a contract that is no AVSDirectory', async () => {
    const chain = await openAt(rig.url);
    await expect(registrationTypedData(chain, aos.registry, registration)).rejects.toMatchObject({
      code: 'CHAIN_REVERTED',
    });
  });
});
