// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Owned} from "../base/Owned.sol";
import {BLSSignatureChecker} from "../bls/BLSSignatureChecker.sol";

/// @title Challenges of an attestation, and the aggregator's answers
/// @notice Anyone may create one, for nothing. No argument names an operator. An answer needs the BLS signatures of enough
/// stake, of the block in which the challenge was created.
contract AOSChallengeManager is Owned, BLSSignatureChecker {
    struct Challenge {
        uint256 clockNumber;
        bytes32 attestationHash;
        bytes signature;
        uint32 challengeCreatedBlock;
        uint32 quorumThresholdPercentage;
        bytes quorumNumbers;
    }

    struct ChallengeResponse {
        uint32 referenceChallengeIndex;
        uint256 clockNumber;
        bytes32 attestationHash;
    }

    struct ChallengeResponseMetadata {
        uint32 challengeResponsedBlock;
    }

    uint32 public constant CHALLENGE_CHALLENGE_WINDOW_BLOCK = 100;
    uint32 public immutable CHALLENGE_RESPONSE_WINDOW_BLOCK;
    uint256 private constant THRESHOLD_DENOMINATOR = 100;

    uint32 public latestChallengeNum;
    address public aggregator;
    mapping(uint32 index => bytes32 hash) public allChallengeHashes;
    mapping(uint32 index => bytes32 hash) public allChallengeResponses;
    /// @notice Never written, as in the published contract.
    mapping(uint32 index => bool challenged) public challengeSuccesfullyChallenged;

    event NewChallengeCreated(uint32 indexed challengeIndex, Challenge challenge);
    event ChallengeResponded(ChallengeResponse challengeResponse, ChallengeResponseMetadata challengeResponseMetadata);

    constructor(address registryCoordinator_, uint32 responseWindowBlocks) BLSSignatureChecker(registryCoordinator_) {
        CHALLENGE_RESPONSE_WINDOW_BLOCK = responseWindowBlocks;
    }

    function initialize(address aggregator_) external initializer {
        aggregator = aggregator_;
    }

    function createNewChallenge(
        uint256 clockNumber,
        bytes32 attestationHash,
        bytes calldata signature,
        uint32 quorumThresholdPercentage,
        bytes calldata quorumNumbers
    ) external {
        Challenge memory challenge = Challenge({
            clockNumber: clockNumber,
            attestationHash: attestationHash,
            signature: signature,
            challengeCreatedBlock: uint32(block.number),
            quorumThresholdPercentage: quorumThresholdPercentage,
            quorumNumbers: quorumNumbers
        });
        uint32 index = latestChallengeNum++;
        allChallengeHashes[index] = keccak256(abi.encode(challenge));
        emit NewChallengeCreated(index, challenge);
    }

    /// @notice Answers a challenge, once, in time, with the signatures of its quorums.
    function respondToChallenge(
        Challenge calldata challenge,
        ChallengeResponse calldata challengeResponse,
        NonSignerStakesAndSignature memory nonSignerStakesAndSignature
    ) external {
        require(msg.sender == aggregator, "Aggregator must be the caller");
        uint32 index = challengeResponse.referenceChallengeIndex;
        require(
            keccak256(abi.encode(challenge)) == allChallengeHashes[index],
            "supplied challenge does not match the one recorded in the contract"
        );
        require(allChallengeResponses[index] == 0, "Aggregator has already responded to the challenge");
        require(
            uint32(block.number) <= challenge.challengeCreatedBlock + CHALLENGE_RESPONSE_WINDOW_BLOCK,
            "Aggregator has responded to the challenge too late"
        );
        (QuorumStakeTotals memory totals,) = checkSignatures(
            keccak256(abi.encode(challengeResponse)),
            challenge.quorumNumbers,
            challenge.challengeCreatedBlock,
            nonSignerStakesAndSignature
        );
        _checkThreshold(totals, challenge.quorumThresholdPercentage);
        ChallengeResponseMetadata memory metadata = ChallengeResponseMetadata(uint32(block.number));
        allChallengeResponses[index] = keccak256(abi.encode(challengeResponse, metadata));
        emit ChallengeResponded(challengeResponse, metadata);
    }

    function challengeNumber() external view returns (uint32) {
        return latestChallengeNum;
    }

    function getChallengeResponseWindowBlock() external view returns (uint32) {
        return CHALLENGE_RESPONSE_WINDOW_BLOCK;
    }

    /// @dev As published, only the lowest eight bits of the threshold count.
    function _checkThreshold(QuorumStakeTotals memory totals, uint32 threshold) private pure {
        for (uint256 i = 0; i < totals.totalStakeForQuorum.length; ++i) {
            require(
                totals.signedStakeForQuorum[i] * THRESHOLD_DENOMINATOR
                    >= totals.totalStakeForQuorum[i] * uint8(threshold),
                "Signatories do not own at least threshold percentage of a quorum"
            );
        }
    }
}
