// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IAVSRegistrar, IKeys} from "../base/Interfaces.sol";
import {OperatorSet} from "../base/Types.sol";

/// @title What an AVS has to say when operators come and go: they need a key, and may give a socket
contract AVSRegistrar is IAVSRegistrar {
    error NotAllocationManager();
    error KeyNotRegistered();
    error CallerNotOperator();

    address public immutable avs;
    address public immutable allocationManager;
    address public immutable keyRegistrar;

    mapping(address operator => string socket) public getOperatorSocket;

    event OperatorRegistered(address indexed operator, uint32[] operatorSetIds);
    event OperatorDeregistered(address indexed operator, uint32[] operatorSetIds);
    event OperatorSocketSet(address indexed operator, string socket);

    modifier onlyAllocationManager() {
        if (msg.sender != allocationManager) revert NotAllocationManager();
        _;
    }

    constructor(address avs_, address allocationManager_, address keyRegistrar_) {
        avs = avs_;
        allocationManager = allocationManager_;
        keyRegistrar = keyRegistrar_;
    }

    function supportsAVS(address avs_) external view returns (bool) {
        return avs_ == avs;
    }

    /// @param data Empty, or abi.encode(string socket).
    function registerOperator(address operator, address avs_, uint32[] calldata operatorSetIds, bytes calldata data)
        external
        onlyAllocationManager
    {
        for (uint256 i = 0; i < operatorSetIds.length; ++i) {
            if (!IKeys(keyRegistrar).isRegistered(OperatorSet(avs_, operatorSetIds[i]), operator)) {
                revert KeyNotRegistered();
            }
        }
        _beforeRegister(operator, operatorSetIds);
        if (data.length > 0) _setSocket(operator, abi.decode(data, (string)));
        emit OperatorRegistered(operator, operatorSetIds);
    }

    function updateSocket(address operator, string calldata socket) external {
        if (msg.sender != operator) revert CallerNotOperator();
        _setSocket(operator, socket);
    }

    function deregisterOperator(address operator, address, uint32[] calldata operatorSetIds)
        external
        onlyAllocationManager
    {
        emit OperatorDeregistered(operator, operatorSetIds);
    }

    function _beforeRegister(address operator, uint32[] calldata operatorSetIds) internal virtual {}

    function _setSocket(address operator, string memory socket) private {
        getOperatorSocket[operator] = socket;
        emit OperatorSocketSet(operator, socket);
    }
}
