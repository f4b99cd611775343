// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Bitmaps} from "../base/Bitmaps.sol";
import {ISocketRegistry} from "../base/Interfaces.sol";
import {RegistryCoordinator} from "./RegistryCoordinator.sol";

/// @title The registry coordinator of middleware v1.x: custom errors, sockets on chain, M2 quorums beside operator sets
contract RegistryCoordinatorV1 is RegistryCoordinator {
    error M2QuorumRegistrationIsDisabled();
    error OnlyM2QuorumsAllowed();
    error OperatorSetsNotEnabled();

    address public immutable allocationManager;
    address public immutable socketRegistry;

    bool public operatorSetsEnabled;
    bool public isM2QuorumRegistrationDisabled;
    uint256 private markedM2;

    constructor(Registries memory registries, address allocationManager_, address socketRegistry_)
        RegistryCoordinator(registries, true)
    {
        allocationManager = allocationManager_;
        socketRegistry = socketRegistry_;
    }

    /// @notice The quorums without an operator set: all of them, until operator sets are enabled.
    function m2QuorumBitmap() public view returns (uint256) {
        return operatorSetsEnabled ? markedM2 : (1 << quorumCount) - 1;
    }

    /// @notice Quorums made from now on are operator sets.
    function enableOperatorSets() external onlyOwner {
        markedM2 = m2QuorumBitmap();
        operatorSetsEnabled = true;
    }

    function disableM2QuorumRegistration() external onlyOwner {
        if (!operatorSetsEnabled) revert OperatorSetsNotEnabled();
        isM2QuorumRegistrationDisabled = true;
    }

    function _beforeRegistration(bytes calldata quorumNumbers) internal view override {
        if (isM2QuorumRegistrationDisabled) revert M2QuorumRegistrationIsDisabled();
        (bool ordered, uint256 bits) = Bitmaps.tryParse(quorumNumbers);
        if (!ordered) revert BytesArrayNotOrdered();
        if (operatorSetsEnabled && bits & ~markedM2 != 0) revert OnlyM2QuorumsAllowed();
    }

    function _setSocket(bytes32 operatorId, string memory socket) internal override {
        ISocketRegistry(socketRegistry).setOperatorSocket(operatorId, socket);
        super._setSocket(operatorId, socket);
    }
}
