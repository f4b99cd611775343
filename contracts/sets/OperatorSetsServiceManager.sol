// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Owned} from "../base/Owned.sol";

/// @title An AVS of the operator sets: an account its owner speaks through
contract OperatorSetsServiceManager is Owned {
    function initialize() external initializer {}

    function execute(address target, bytes calldata data) external onlyOwner returns (bytes memory) {
        (bool ok, bytes memory answer) = target.call(data);
        if (ok) return answer;
        assembly {
            revert(add(answer, 32), mload(answer))
        }
    }
}
