// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

interface IEjectable {
    function ejectOperator(address operator, bytes calldata quorumNumbers) external;
    function getOperatorId(address operator) external view returns (bytes32);
}

/// @title Who may put an operator out
contract EjectionManager {
    address public immutable owner;
    address public immutable registryCoordinator;

    event OperatorEjected(bytes32 operatorId, uint8 quorumNumber);

    constructor(address registryCoordinator_) {
        owner = msg.sender;
        registryCoordinator = registryCoordinator_;
    }

    function eject(address operator, bytes calldata quorumNumbers) external {
        require(msg.sender == owner, "Ownable: caller is not the owner");
        IEjectable registry = IEjectable(registryCoordinator);
        registry.ejectOperator(operator, quorumNumbers);
        bytes32 id = registry.getOperatorId(operator);
        for (uint256 i = 0; i < quorumNumbers.length; ++i) {
            emit OperatorEjected(id, uint8(quorumNumbers[i]));
        }
    }
}
