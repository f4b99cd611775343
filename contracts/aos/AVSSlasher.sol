// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title An AVS's own slasher, as far as its events go
/// @notice Its OperatorSlashed is another one than AllocationManager's. Only its owner can ask; nothing is taken.
contract AVSSlasher {
    address public immutable owner;
    uint256 public nextRequestId;
    mapping(uint256 id => bytes32 request) private requests;

    event SlashingRequested(
        uint256 indexed requestId,
        address indexed operator,
        uint32 operatorSetId,
        uint256[] wadsToSlash,
        string description
    );
    event SlashingRequestCancelled(uint256 indexed requestId);
    event OperatorSlashed(
        uint256 indexed slashingRequestId,
        address indexed operator,
        uint32 indexed operatorSetId,
        uint256[] wadsToSlash,
        string description
    );

    modifier onlyOwner() {
        require(msg.sender == owner, "Ownable: caller is not the owner");
        _;
    }

    constructor() {
        owner = msg.sender;
    }

    function request(address operator, uint32 operatorSetId, uint256[] calldata wads, string calldata description)
        external
        onlyOwner
        returns (uint256 id)
    {
        id = nextRequestId++;
        requests[id] = keccak256(abi.encode(operator, operatorSetId, wads, description));
        emit SlashingRequested(id, operator, operatorSetId, wads, description);
    }

    function cancel(uint256 id) external onlyOwner {
        require(requests[id] != 0, "no such request");
        delete requests[id];
        emit SlashingRequestCancelled(id);
    }

    function fulfil(
        uint256 id,
        address operator,
        uint32 operatorSetId,
        uint256[] calldata wads,
        string calldata description
    ) external onlyOwner {
        require(
            requests[id] == keccak256(abi.encode(operator, operatorSetId, wads, description)), "no such request"
        );
        delete requests[id];
        emit OperatorSlashed(id, operator, operatorSetId, wads, description);
    }
}
