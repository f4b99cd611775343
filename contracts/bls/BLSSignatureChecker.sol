// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {BN254} from "../base/BN254.sol";
import {Bitmaps} from "../base/Bitmaps.sol";
import {IBLSApkRegistry, ICheckedRegistry, IDelegation, IStakeRegistry} from "../base/Interfaces.sol";
import {G1Point, G2Point} from "../base/Types.sol";

/// @title Signatures of the operators of quorums, at the stakes of an earlier block
/// @notice A signature is the sum of those of the operators that signed. Who did not sign is named, so that its key and its
/// stake are taken off the sums of its quorums.
abstract contract BLSSignatureChecker {
    using BN254 for G1Point;

    struct NonSignerStakesAndSignature {
        uint32[] nonSignerQuorumBitmapIndices;
        G1Point[] nonSignerPubkeys;
        G1Point[] quorumApks;
        G2Point apkG2;
        G1Point sigma;
        uint32[] quorumApkIndices;
        uint32[] totalStakeIndices;
        uint32[][] nonSignerStakeIndices;
    }

    struct QuorumStakeTotals {
        uint96[] signedStakeForQuorum;
        uint96[] totalStakeForQuorum;
    }

    /// @dev What a check knows so far.
    struct Check {
        bytes quorums;
        uint32 blockNumber;
        bytes32[] absentIds;
        uint256[] absentBitmaps;
        G1Point apk;
        QuorumStakeTotals totals;
    }

    uint256 private constant PAIRING_EQUALITY_CHECK_GAS = 120000;

    address public immutable registryCoordinator;
    /// @notice Whether stakes that were not updated for a while are refused.
    bool public staleStakesForbidden;

    event StaleStakesForbiddenUpdate(bool value);

    constructor(address registryCoordinator_) {
        registryCoordinator = registryCoordinator_;
    }

    function stakeRegistry() public view returns (address) {
        return ICheckedRegistry(registryCoordinator).stakeRegistry();
    }

    function blsApkRegistry() public view returns (address) {
        return ICheckedRegistry(registryCoordinator).blsApkRegistry();
    }

    function delegation() public view returns (address) {
        return IStakeRegistry(stakeRegistry()).delegation();
    }

    function setStaleStakesForbidden(bool value) external {
        require(
            msg.sender == ICheckedRegistry(registryCoordinator).owner(),
            "BLSSignatureChecker.onlyCoordinatorOwner: caller is not the owner of the registryCoordinator"
        );
        staleStakesForbidden = value;
        emit StaleStakesForbiddenUpdate(value);
    }

    /**
     * @notice Refuses a signature that is not the one of all but the named non-signers.
     * @param msgHash What was signed; it is mapped to a point as it is.
     * @param referenceBlockNumber An earlier block, whose operators and stakes count.
     * @return The stakes of each quorum, and a hash of who did not sign.
     */
    function checkSignatures(
        bytes32 msgHash,
        bytes calldata quorumNumbers,
        uint32 referenceBlockNumber,
        NonSignerStakesAndSignature memory params
    ) public view returns (QuorumStakeTotals memory, bytes32) {
        _checkLengths(quorumNumbers.length, params);
        require(
            referenceBlockNumber < uint32(block.number), "BLSSignatureChecker.checkSignatures: invalid reference block"
        );
        Check memory check;
        check.quorums = quorumNumbers;
        check.blockNumber = referenceBlockNumber;
        check.totals.signedStakeForQuorum = new uint96[](check.quorums.length);
        check.totals.totalStakeForQuorum = new uint96[](check.quorums.length);
        _sumNonSigners(check, params);
        check.apk = check.apk.negate();
        for (uint256 i = 0; i < check.quorums.length; ++i) {
            _addQuorum(check, params, i);
        }
        (bool paired, bool valid) = trySignatureAndApkVerification(msgHash, check.apk, params.apkG2, params.sigma);
        require(paired, "BLSSignatureChecker.checkSignatures: pairing precompile call failed");
        require(valid, "BLSSignatureChecker.checkSignatures: signature is invalid");
        return (check.totals, keccak256(abi.encodePacked(referenceBlockNumber, check.absentIds)));
    }

    /// @notice Whether `sigma` is the signature by the key `apk`, of which `apkG2` is the other half.
    function trySignatureAndApkVerification(
        bytes32 msgHash,
        G1Point memory apk,
        G2Point memory apkG2,
        G1Point memory sigma
    ) public view returns (bool pairingSuccessful, bool signatureIsValid) {
        bytes memory keys = abi.encodePacked(apk.X, apk.Y, apkG2.X[0], apkG2.X[1], apkG2.Y[0], apkG2.Y[1]);
        uint256 gamma = uint256(keccak256(abi.encodePacked(msgHash, keys, sigma.X, sigma.Y))) % BN254.R;
        G1Point memory left = BN254.add(sigma, apk.mul(gamma));
        G1Point memory right = BN254.add(BN254.hashToG1(msgHash), BN254.generator().mul(gamma));
        return BN254.tryPairing(left, right, apkG2, PAIRING_EQUALITY_CHECK_GAS);
    }

    function _checkLengths(uint256 quorums, NonSignerStakesAndSignature memory params) private pure {
        require(quorums != 0, "BLSSignatureChecker.checkSignatures: empty quorum input");
        require(
            quorums == params.quorumApks.length && quorums == params.quorumApkIndices.length
                && quorums == params.totalStakeIndices.length && quorums == params.nonSignerStakeIndices.length,
            "BLSSignatureChecker.checkSignatures: input quorum length mismatch"
        );
        require(
            params.nonSignerPubkeys.length == params.nonSignerQuorumBitmapIndices.length,
            "BLSSignatureChecker.checkSignatures: input nonsigner length mismatch"
        );
    }

    /// @dev Adds up the keys of the non-signers, each as often as it is in a sum of these quorums.
    function _sumNonSigners(Check memory check, NonSignerStakesAndSignature memory params) private view {
        uint256 signing = _bitsOf(check.quorums);
        uint256 count = params.nonSignerPubkeys.length;
        check.absentIds = new bytes32[](count);
        check.absentBitmaps = new uint256[](count);
        for (uint256 j = 0; j < count; ++j) {
            bytes32 id = BN254.hashOf(params.nonSignerPubkeys[j]);
            require(
                j == 0 || uint256(id) > uint256(check.absentIds[j - 1]),
                "BLSSignatureChecker.checkSignatures: nonSignerPubkeys not sorted"
            );
            check.absentIds[j] = id;
            uint256 bits = ICheckedRegistry(registryCoordinator).getQuorumBitmapAtBlockNumberByIndex(
                id, check.blockNumber, params.nonSignerQuorumBitmapIndices[j]
            );
            check.absentBitmaps[j] = bits;
            uint256 times = Bitmaps.count(bits & signing);
            check.apk = BN254.add(check.apk, params.nonSignerPubkeys[j].mul(times));
        }
    }

    /// @dev Adds a quorum's sum of keys and its stakes.
    function _addQuorum(Check memory check, NonSignerStakesAndSignature memory params, uint256 i) private view {
        uint8 quorum = uint8(check.quorums[i]);
        _checkStaleness(quorum, check.blockNumber);
        require(
            bytes24(BN254.hashOf(params.quorumApks[i]))
                == IBLSApkRegistry(blsApkRegistry()).getApkHashAtBlockNumberAndIndex(
                    quorum, check.blockNumber, params.quorumApkIndices[i]
                ),
            "BLSSignatureChecker.checkSignatures: quorumApk hash in storage does not match provided quorum apk"
        );
        check.apk = BN254.add(check.apk, params.quorumApks[i]);
        IStakeRegistry stakes = IStakeRegistry(stakeRegistry());
        uint96 total = stakes.getTotalStakeAtBlockNumberFromIndex(
            quorum, check.blockNumber, params.totalStakeIndices[i]
        );
        check.totals.totalStakeForQuorum[i] = total;
        uint256 known;
        for (uint256 j = 0; j < check.absentIds.length; ++j) {
            if ((check.absentBitmaps[j] >> quorum) & 1 == 0) continue;
            total -= stakes.getStakeAtBlockNumberAndIndex(
                quorum, check.blockNumber, check.absentIds[j], params.nonSignerStakeIndices[i][known++]
            );
        }
        check.totals.signedStakeForQuorum[i] = total;
    }

    function _checkStaleness(uint8 quorum, uint32 blockNumber) private view {
        if (!staleStakesForbidden) return;
        uint256 updated = ICheckedRegistry(registryCoordinator).quorumUpdateBlockNumber(quorum);
        require(
            updated + IDelegation(delegation()).minWithdrawalDelayBlocks() > blockNumber,
            "BLSSignatureChecker.checkSignatures: StakeRegistry updates must be within withdrawalDelayBlocks window"
        );
    }

    function _bitsOf(bytes memory quorums) private view returns (uint256) {
        (bool ordered, uint256 bits) = Bitmaps.tryParse(quorums);
        require(ordered, "BitmapUtils.orderedBytesArrayToBitmap: orderedBytesArray is not ordered");
        require(
            bits >> ICheckedRegistry(registryCoordinator).quorumCount() == 0,
            "BitmapUtils.orderedBytesArrayToBitmap: bitmap exceeds max value"
        );
        return bits;
    }
}
