// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Bitmaps} from "../base/Bitmaps.sol";
import {Failing} from "../base/Failing.sol";
import {IBLSApkRegistry, IIndexRegistry, IServiceManager, IStakeRegistry} from "../base/Interfaces.sol";
import {SignatureWithSaltAndExpiry, StrategyParams} from "../base/Types.sol";
import {CoordinatorErrors} from "./CoordinatorErrors.sol";
import {QuorumCoordinator} from "./QuorumCoordinator.sol";

/// @title The BLS registry coordinator of M2, where operators come and go
contract RegistryCoordinator is QuorumCoordinator, CoordinatorErrors {
    struct Registries {
        address serviceManager;
        address stakeRegistry;
        address blsApkRegistry;
        address indexRegistry;
    }

    address public immutable serviceManager;

    address public churnApprover;
    mapping(uint8 quorumNumber => uint256 blockNumber) public quorumUpdateBlockNumber;

    event QuorumBlockNumberUpdated(uint8 indexed quorumNumber, uint256 blocknumber);

    constructor(Registries memory registries, bool customErrors)
        Failing(customErrors)
        QuorumCoordinator(registries.stakeRegistry, registries.blsApkRegistry, registries.indexRegistry)
    {
        serviceManager = registries.serviceManager;
    }

    /// @notice Registers the sender for quorums; its key too, the first time.
    function registerOperator(
        bytes calldata quorumNumbers,
        string calldata socket,
        IBLSApkRegistry.PubkeyRegistrationParams calldata params,
        SignatureWithSaltAndExpiry calldata operatorSignature
    ) external whenNotPaused(PAUSED_REGISTER_OPERATOR) {
        _beforeRegistration(quorumNumbers);
        bytes32 id = _idOf(msg.sender, params);
        _join(msg.sender, id, quorumNumbers);
        _setSocket(id, socket);
        if (operatorInfo[msg.sender].status != REGISTERED) {
            operatorInfo[msg.sender] = OperatorInfo(id, REGISTERED);
            IServiceManager(serviceManager).registerOperatorToAVS(msg.sender, operatorSignature);
            emit OperatorRegistered(msg.sender, id);
        }
        _enter(msg.sender, id, quorumNumbers);
    }

    function deregisterOperator(bytes calldata quorumNumbers) external whenNotPaused(PAUSED_DEREGISTER_OPERATOR) {
        _deregister(msg.sender, quorumNumbers);
    }

    /// @notice Weighs operators again; those below a quorum's minimum have to leave it.
    function updateOperators(address[] calldata list) external {
        for (uint256 i = 0; i < list.length; ++i) {
            bytes32 id = operatorInfo[list[i]].operatorId;
            _update(list[i], Bitmaps.toBytes(getCurrentQuorumBitmap(id)));
        }
    }

    /// @notice Weighs all operators of quorums again, each list in ascending order.
    function updateOperatorsForQuorum(address[][] calldata lists, bytes calldata quorumNumbers) external {
        _parse(quorumNumbers);
        _check(
            lists.length == quorumNumbers.length,
            "RegistryCoordinator.updateOperatorsForQuorum: input length mismatch",
            InputLengthMismatch.selector
        );
        for (uint256 i = 0; i < lists.length; ++i) {
            uint8 quorum = uint8(quorumNumbers[i]);
            _check(
                lists[i].length == IIndexRegistry(indexRegistry).totalOperatorsForQuorum(quorum),
                "RegistryCoordinator.updateOperatorsForQuorum: number of updated operators does not match quorum total",
                QuorumOperatorCountMismatch.selector
            );
            _updateAll(lists[i], quorum);
            quorumUpdateBlockNumber[quorum] = block.number;
            emit QuorumBlockNumberUpdated(quorum, block.number);
        }
    }

    function getOperatorFromId(bytes32 operatorId) external view returns (address) {
        return IBLSApkRegistry(blsApkRegistry).pubkeyHashToOperator(operatorId);
    }

    function createQuorum(OperatorSetParam calldata params, uint96 minimumStake, StrategyParams[] calldata strategies)
        external
        onlyOwner
    {
        _addQuorum(params, minimumStake, strategies);
    }

    function setOperatorSetParams(uint8 quorumNumber, OperatorSetParam calldata params) external onlyOwner {
        operatorSetParams[quorumNumber] = params;
    }

    /// @dev What later generations ask first.
    function _beforeRegistration(bytes calldata quorumNumbers) internal view virtual {}

    function _putOut(address operator, bytes calldata quorumNumbers) internal override {
        _deregister(operator, quorumNumbers);
    }

    function _leftLast(address operator) internal override {
        IServiceManager(serviceManager).deregisterOperatorFromAVS(operator);
    }

    function _parse(bytes memory quorumNumbers) internal view override returns (uint192) {
        (bool ordered, uint256 bits) = Bitmaps.tryParse(quorumNumbers);
        _check(
            ordered,
            "BitmapUtils.orderedBytesArrayToBitmap: orderedBytesArray is not ordered",
            BytesArrayNotOrdered.selector
        );
        _check(
            bits >> quorumCount == 0,
            "BitmapUtils.orderedBytesArrayToBitmap: bitmap exceeds max value",
            BitmapValueTooLarge.selector
        );
        return uint192(bits);
    }

    function _updateAll(address[] calldata list, uint8 quorum) private {
        for (uint256 i = 0; i < list.length; ++i) {
            _check(
                (getCurrentQuorumBitmap(operatorInfo[list[i]].operatorId) >> quorum) & 1 == 1,
                "RegistryCoordinator.updateOperatorsForQuorum: operator not in quorum",
                NotRegisteredForQuorum.selector
            );
            _check(
                i == 0 || list[i] > list[i - 1],
                "RegistryCoordinator.updateOperatorsForQuorum: operators array must be sorted in ascending address order",
                NotSorted.selector
            );
            _update(list[i], abi.encodePacked(quorum));
        }
    }

    function _update(address operator, bytes memory numbers) private {
        if (operatorInfo[operator].status != REGISTERED) return;
        bytes32 id = operatorInfo[operator].operatorId;
        uint256 lost = IStakeRegistry(stakeRegistry).updateOperatorStake(operator, id, numbers);
        if (lost != 0) _deregister(operator, Bitmaps.toBytes(lost));
    }

    function _deregister(address operator, bytes memory quorumNumbers) private {
        _check(
            operatorInfo[operator].status == REGISTERED,
            "RegistryCoordinator._deregisterOperator: operator is not registered",
            NotRegistered.selector
        );
        uint192 left = _parse(quorumNumbers);
        _check(left != 0, "RegistryCoordinator._deregisterOperator: bitmap cannot be 0", BitmapEmpty.selector);
        _leave(operator, quorumNumbers, left);
    }
}
