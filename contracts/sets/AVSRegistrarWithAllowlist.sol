// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {OperatorSet} from "../base/Types.sol";
import {AVSRegistrar} from "./AVSRegistrar.sol";

/// @title A registrar that lets in only the operators that its owner has listed, for each set
contract AVSRegistrarWithAllowlist is AVSRegistrar {
    error OperatorNotInAllowlist();
    error OperatorAlreadyInAllowlist();
    error OnlyOwner();

    address public immutable owner;

    mapping(uint32 id => mapping(address operator => bool listed)) private allowed;

    modifier onlyOwner() {
        if (msg.sender != owner) revert OnlyOwner();
        _;
    }

    constructor(address avs_, address allocationManager_, address keyRegistrar_)
        AVSRegistrar(avs_, allocationManager_, keyRegistrar_)
    {
        owner = msg.sender;
    }

    function addOperatorToAllowlist(OperatorSet calldata operatorSet, address operator) external onlyOwner {
        if (allowed[operatorSet.id][operator]) revert OperatorAlreadyInAllowlist();
        allowed[operatorSet.id][operator] = true;
    }

    function removeOperatorFromAllowlist(OperatorSet calldata operatorSet, address operator) external onlyOwner {
        if (!allowed[operatorSet.id][operator]) revert OperatorNotInAllowlist();
        allowed[operatorSet.id][operator] = false;
    }

    function isOperatorAllowed(OperatorSet memory operatorSet, address operator) public view returns (bool) {
        return operatorSet.avs == avs && allowed[operatorSet.id][operator];
    }

    function _beforeRegister(address operator, uint32[] calldata operatorSetIds) internal view override {
        for (uint256 i = 0; i < operatorSetIds.length; ++i) {
            if (!isOperatorAllowed(OperatorSet(avs, operatorSetIds[i]), operator)) revert OperatorNotInAllowlist();
        }
    }
}
