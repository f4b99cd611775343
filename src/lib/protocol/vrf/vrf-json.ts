import type {VrfFields} from '../wire/messages.ts';

/** The VRF part of an answer as our own JSON has it: `aos job show`, and the VRF file of the evidence. Hex without 0x. */
export function vrfJson(vrf: VrfFields) {
  return {
    selected: vrf.selected,
    vrfPromptHash: vrf.vrf_prompt_hash,
    vrfRandomValue: vrf.vrf_random_value,
    vrfPublicKey: vrf.vrf_verify_pubkey,
    vrfProof: vrf.vrf_proof,
  };
}
