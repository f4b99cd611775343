// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Owned} from "../base/Owned.sol";

/// @title Challenges of an attestation, and the aggregator's answers
/// @notice Anyone may create one, for nothing. No argument names an operator. Signatures of answers are not checked here.
contract AOSChallengeManager is Owned {
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
    address public immutable registryCoordinator;

    uint32 public latestChallengeNum;
    address public aggregator;
    mapping(uint32 index => bytes32 hash) public allChallengeHashes;
    mapping(uint32 index => bytes32 hash) public allChallengeResponses;
    /// @notice Never written, as in the published contract.
    mapping(uint32 index => bool challenged) public challengeSuccesfullyChallenged;

    event NewChallengeCreated(uint32 indexed challengeIndex, Challenge challenge);
    event ChallengeResponded(ChallengeResponse challengeResponse, ChallengeResponseMetadata challengeResponseMetadata);

    constructor(address registryCoordinator_, uint32 responseWindowBlocks) {
        registryCoordinator = registryCoordinator_;
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

    function respondToChallenge(Challenge calldata challenge, ChallengeResponse calldata response) external {
        require(msg.sender == aggregator, "Aggregator must be the caller");
        uint32 index = response.referenceChallengeIndex;
        require(
            keccak256(abi.encode(challenge)) == allChallengeHashes[index],
            "supplied challenge does not match the one recorded in the contract"
        );
        require(allChallengeResponses[index] == 0, "Aggregator has already responded to the challenge");
        require(
            block.number <= challenge.challengeCreatedBlock + CHALLENGE_RESPONSE_WINDOW_BLOCK,
            "Aggregator has responded to the challenge too late"
        );
        ChallengeResponseMetadata memory metadata = ChallengeResponseMetadata(uint32(block.number));
        allChallengeResponses[index] = keccak256(abi.encode(response, metadata));
        emit ChallengeResponded(response, metadata);
    }

    function challengeNumber() external view returns (uint32) {
        return latestChallengeNum;
    }

    function getChallengeResponseWindowBlock() external view returns (uint32) {
        return CHALLENGE_RESPONSE_WINDOW_BLOCK;
    }
}
