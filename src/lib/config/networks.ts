/** The preset values of a named network by config path; the file may override each. */
export type NetworkPreset = {
  name: string;
  values: Readonly<Record<string, string>>;
  /** Why the network is refused until `chain.contracts.registry` is set; null when it is accepted. */
  retired: string | null;
};

const preset = (
  name: string,
  values: Readonly<Record<string, string>>,
  retired: string | null = null,
): NetworkPreset => ({
  name,
  values,
  retired,
});

/** EigenLayer's core contracts, in the order of the parameters below. */
const core = (
  delegationManager: string,
  avsDirectory: string,
  strategyManager: string,
  allocationManager: string,
  rewardsCoordinator: string,
  permissionController: string,
  keyRegistrar: string,
) => ({
  'chain.contracts.delegation_manager': delegationManager,
  'chain.contracts.avs_directory': avsDirectory,
  'chain.contracts.strategy_manager': strategyManager,
  'chain.contracts.allocation_manager': allocationManager,
  'chain.contracts.rewards_coordinator': rewardsCoordinator,
  'chain.contracts.permission_controller': permissionController,
  'chain.contracts.key_registrar': keyRegistrar,
});

/**
 * The networks that `network` may name (docs/protocol.md#network-figures). There is no default: without a name the network is `custom`, and
 * the file must set every chain value.
 */
export const NETWORKS: readonly NetworkPreset[] = [
  preset('mainnet', {
    'chain.chain_id': '1',
    'chain.contracts.service_manager': '0x500C4E641b5d61026f26148Ab9363EB3241C08f3',
    'chain.contracts.registry': '0xbB1923B9b05eE12538331fcf4C0aE28CF61a061C',
    ...core(
      '0x39053D51B77DC0d36036Fc1fCc8Cb819df8Ef37A',
      '0x135dda560e946695d6f155dacafc6f1f25c1f5af',
      '0x858646372CC42E1A627fcE94aa7A7033e7CF075A',
      '0x948a420b8CC1d6BFd0B6087C2E7c344a2CD0bc39',
      '0x7750d328b314EfFa365A0402CcfD489B80B0adda',
      '0x25E5F8B1E7aDf44518d35D5B2271f114e081f0E5',
      '0x54f4bC6bDEbe479173a2bbDc31dD7178408A57A4',
    ),
  }),
  // EigenLayer is deployed here; the AOS contracts must be configured.
  preset('hoodi', {
    'chain.chain_id': '560048',
    ...core(
      '0x867837a9722C512e0862d8c2E15b8bE220E8b87d',
      '0xD58f6844f79eB1fbd9f7091d05f7cb30d3363926',
      '0xeE45e76ddbEDdA2918b8C7E3035cd37Eab3b5D41',
      '0x95a7431400F362F3647a69535C5666cA0133CAA0',
      '0x29e8572678e0c272350aa0b4B8f304E47EBcd5e7',
      '0xdcCF401fD121d8C542E96BC1d0078884422aFAD2',
      '0x5737E38a260545d8FecCb4cAE2cfd984DA4130ed',
    ),
  }),
  preset('sepolia', {
    'chain.chain_id': '11155111',
    ...core(
      '0xD4A7E1Bd8015057293f0D0A557088c286942e84b',
      '0xa789c91ECDdae96865913130B786140Ee17aF545',
      '0x2E3D6c0744b10eb0A4e6F679F71554a39Ec47a5D',
      '0x42583067658071247ec8CE0A516A58f682002d07',
      '0x5ae8152fb88c26ff9ca5C014c94fca3c68029349',
      '0x44632dfBdCb6D3E21EF613B0ca8A6A0c618F5a37',
      '0xA4dB30D08d8bbcA00D40600bee9F029984dB162a',
    ),
  }),
  preset('devnet', {'chain.chain_id': '31337'}),
  preset(
    'holesky',
    {
      'chain.chain_id': '17000',
      'chain.vrf_range_contract': '0x27e4384ecc11810c2F49914390052b22c4e3CcC0',
      'chain.contracts.service_manager': '0x1b03948300b888e731fb04d5c43592ee582a2f3c',
      ...core(
        '0xA44151489861Fe9e3055d95adC98FbD462B948e7',
        '0x055733000064333CaDDbC92763c58BF0192fFeBf',
        '0xdfB5f6CE42aAA7830E94ECFCcAd411beF4d4D5b6',
        '0x78469728304326CBc65f8f95FA756B0B73164462',
        '0xAcc1fb458a1317E886dB376Fc8141540537E68fE',
        '0x598cb226B591155F767dA17AfE7A2241a68C5C10',
        '0xc757E10e33d6d4fb0E0A08786E125B4334aA7457',
      ),
    },
    'is retired: EigenLayer has left Holesky, and the published AOS registry address has only 39 hex digits',
  ),
];

/** The name of a configuration without a preset. */
export const CUSTOM_NETWORK = 'custom';

export const NETWORK_NAMES: readonly string[] = [...NETWORKS.map(({name}) => name), CUSTOM_NETWORK];

/** @returns undefined for `custom` and unknown names */
export function networkPreset(name: string): NetworkPreset | undefined {
  return NETWORKS.find((network) => network.name === name);
}
