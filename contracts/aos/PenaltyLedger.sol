// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Owned} from "../base/Owned.sol";

/// @title What operators owe for what they did wrong
/// @notice The network's rule: 0.1 ETH each, adjustable, and nothing is executed in the first year.
contract PenaltyLedger is Owned {
    enum Kind {
        Offline,
        IncorrectInference,
        ZkVerifyFailed
    }

    struct Penalty {
        address operator;
        Kind kind;
        uint256 amountWei;
        bytes32 ref;
        uint64 recordedAt;
        bool executed;
    }

    error MoratoriumInForce();
    error NotReporter(address caller);
    error ZeroAddress();
    error UnknownPenalty(uint256 id);
    error AlreadyExecuted(uint256 id);

    /// @notice What a new penalty costs.
    uint256 public penaltyWei;
    /// @notice Unix seconds; nothing is executed before.
    uint256 public moratoriumUntil;
    Penalty[] public penalties;
    mapping(address account => bool mayRecord) public reporters;

    event PenaltyRecorded(
        uint256 indexed id,
        address indexed operator,
        uint8 indexed kind,
        uint256 amountWei,
        bytes32 ref,
        string description
    );
    event PenaltyExecuted(uint256 indexed id, address indexed operator, uint256 amountWei);
    event PenaltyChanged(uint256 penaltyWei);
    event ReporterChanged(address indexed account, bool mayRecord);
    event MoratoriumChanged(uint256 moratoriumUntil);

    modifier onlyReporter() {
        if (msg.sender != owner && !reporters[msg.sender]) revert NotReporter(msg.sender);
        _;
    }

    function initialize(uint256 penaltyWei_, uint256 moratoriumUntil_) external initializer {
        penaltyWei = penaltyWei_;
        moratoriumUntil = moratoriumUntil_;
        emit PenaltyChanged(penaltyWei_);
        emit MoratoriumChanged(moratoriumUntil_);
    }

    /// @param ref What it is about, such as the hash of a job.
    function record(address operator, Kind kind, bytes32 ref, string calldata description)
        external
        onlyReporter
        returns (uint256 id)
    {
        if (operator == address(0)) revert ZeroAddress();
        id = penalties.length;
        penalties.push(Penalty(operator, kind, penaltyWei, ref, uint64(block.timestamp), false));
        emit PenaltyRecorded(id, operator, uint8(kind), penaltyWei, ref, description);
    }

    /// @notice Marks a penalty as taken, at the amount it was recorded with.
    function execute(uint256 id) external onlyReporter {
        if (id >= penalties.length) revert UnknownPenalty(id);
        if (block.timestamp < moratoriumUntil) revert MoratoriumInForce();
        Penalty storage penalty = penalties[id];
        if (penalty.executed) revert AlreadyExecuted(id);
        penalty.executed = true;
        emit PenaltyExecuted(id, penalty.operator, penalty.amountWei);
    }

    function penaltyCount() external view returns (uint256) {
        return penalties.length;
    }

    /// @notice For penalties recorded from now on.
    function setPenalty(uint256 penaltyWei_) external onlyOwner {
        penaltyWei = penaltyWei_;
        emit PenaltyChanged(penaltyWei_);
    }

    function setReporter(address account, bool mayRecord) external onlyOwner {
        reporters[account] = mayRecord;
        emit ReporterChanged(account, mayRecord);
    }

    function setMoratorium(uint256 moratoriumUntil_) external onlyOwner {
        moratoriumUntil = moratoriumUntil_;
        emit MoratoriumChanged(moratoriumUntil_);
    }
}
