// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title A minimal EIP-1967 proxy
/// @notice Its implementation is fixed; it runs `setUp` on itself when it is deployed.
contract Proxy {
    bytes32 private constant IMPLEMENTATION_SLOT = 0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc;

    event Upgraded(address indexed implementation);

    constructor(address implementation, bytes memory setUp) payable {
        assembly {
            sstore(IMPLEMENTATION_SLOT, implementation)
        }
        emit Upgraded(implementation);
        if (setUp.length == 0) return;
        (bool ok, bytes memory answer) = implementation.delegatecall(setUp);
        if (ok) return;
        assembly {
            revert(add(answer, 32), mload(answer))
        }
    }

    fallback() external payable {
        assembly {
            calldatacopy(0, 0, calldatasize())
            let ok := delegatecall(gas(), sload(IMPLEMENTATION_SLOT), 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            switch ok
            case 0 { revert(0, returndatasize()) }
            default { return(0, returndatasize()) }
        }
    }

    receive() external payable {}
}
