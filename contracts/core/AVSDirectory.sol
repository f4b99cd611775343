// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IDelegation} from "../base/Interfaces.sol";
import {Failing} from "../base/Failing.sol";
import {Pausable} from "../base/Pausable.sol";
import {Signatures} from "../base/Signatures.sol";
import {SignatureWithSaltAndExpiry} from "../base/Types.sol";

/// @title EigenLayer's AVSDirectory: which operator serves which AVS
/// @notice Three forms of the EIP-712 domain have been deployed; here the owner chooses. The order of the checks differs
/// between the generation with revert strings (M2) and the one with custom errors.
contract AVSDirectory is Pausable {
    error OperatorAlreadyRegisteredToAVS();
    error OperatorNotRegisteredToAVS();
    error OperatorNotRegisteredToEigenLayer();
    error SaltSpent();
    error SignatureExpired();
    error InvalidSignature();

    bytes32 public constant OPERATOR_AVS_REGISTRATION_TYPEHASH =
        keccak256("OperatorAVSRegistration(address operator,address avs,bytes32 salt,uint256 expiry)");
    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 private constant DOMAIN_TYPEHASH_WITHOUT_VERSION =
        keccak256("EIP712Domain(string name,uint256 chainId,address verifyingContract)");

    uint8 private constant PAUSED_OPERATOR_REGISTRATION = 0;
    uint8 private constant UNREGISTERED = 0;
    uint8 private constant REGISTERED = 1;

    address public immutable delegation;
    bool private immutable m2;

    /// @notice The version in the domain; empty: the domain has no version field.
    string public domainVersion;

    mapping(address avs => mapping(address operator => uint8 status)) public avsOperatorStatus;
    mapping(address operator => mapping(bytes32 salt => bool spent)) public operatorSaltIsSpent;

    event OperatorAVSRegistrationStatusUpdated(address indexed operator, address indexed avs, uint8 status);
    event AVSMetadataURIUpdated(address indexed avs, string metadataURI);

    constructor(address delegation_, bool customErrors) Failing(customErrors) {
        delegation = delegation_;
        m2 = !customErrors;
    }

    function initialize(string calldata domainVersion_) external initializer {
        domainVersion = domainVersion_;
    }

    /// @notice Called by the service manager: the AVS is the sender.
    function registerOperatorToAVS(address operator, SignatureWithSaltAndExpiry calldata operatorSignature)
        external
        whenNotPaused(PAUSED_OPERATOR_REGISTRATION)
    {
        if (m2) _checkExpiry(operatorSignature.expiry);
        _check(
            avsOperatorStatus[msg.sender][operator] != REGISTERED,
            "AVSDirectory.registerOperatorToAVS: operator already registered",
            OperatorAlreadyRegisteredToAVS.selector
        );
        _check(
            !operatorSaltIsSpent[operator][operatorSignature.salt],
            "AVSDirectory.registerOperatorToAVS: salt already spent",
            SaltSpent.selector
        );
        _check(
            IDelegation(delegation).isOperator(operator),
            "AVSDirectory.registerOperatorToAVS: operator not registered to EigenLayer yet",
            OperatorNotRegisteredToEigenLayer.selector
        );
        if (!m2) _checkExpiry(operatorSignature.expiry);
        _checkSignature(operator, operatorSignature);

        operatorSaltIsSpent[operator][operatorSignature.salt] = true;
        _setStatus(operator, REGISTERED);
    }

    function deregisterOperatorFromAVS(address operator) external whenNotPaused(PAUSED_OPERATOR_REGISTRATION) {
        _check(
            avsOperatorStatus[msg.sender][operator] == REGISTERED,
            "AVSDirectory.deregisterOperatorFromAVS: operator not registered",
            OperatorNotRegisteredToAVS.selector
        );
        _setStatus(operator, UNREGISTERED);
    }

    function updateAVSMetadataURI(string calldata metadataURI) external {
        emit AVSMetadataURIUpdated(msg.sender, metadataURI);
    }

    /// @notice Makes a salt useless, so that no signature with it can be used any more.
    function cancelSalt(bytes32 salt) external {
        if (m2) require(!operatorSaltIsSpent[msg.sender][salt], "AVSDirectory.cancelSalt: cannot cancel spent salt");
        operatorSaltIsSpent[msg.sender][salt] = true;
    }

    /// @notice The release of the contract; M2 has no such function.
    function version() external view returns (string memory) {
        bytes32 form = keccak256(bytes(domainVersion));
        if (form == keccak256("")) {
            assembly {
                revert(0, 0)
            }
        }
        if (form == keccak256("1.")) return "1.3.0";
        return form == keccak256("v1") ? "v1.9.0" : "1.9.0";
    }

    function domainSeparator() public view returns (bytes32) {
        bytes32 name = keccak256("EigenLayer");
        bytes memory tail = abi.encode(block.chainid, address(this));
        bytes memory domain = bytes(domainVersion).length == 0
            ? bytes.concat(DOMAIN_TYPEHASH_WITHOUT_VERSION, name, tail)
            : bytes.concat(DOMAIN_TYPEHASH, name, keccak256(bytes(domainVersion)), tail);
        return keccak256(domain);
    }

    function calculateOperatorAVSRegistrationDigestHash(address operator, address avs, bytes32 salt, uint256 expiry)
        public
        view
        returns (bytes32)
    {
        bytes32 message = keccak256(abi.encode(OPERATOR_AVS_REGISTRATION_TYPEHASH, operator, avs, salt, expiry));
        return keccak256(abi.encodePacked(hex"1901", domainSeparator(), message));
    }

    /// @notice Test hook: "", "1.", "1" or "v1".
    function setDomainVersion(string calldata domainVersion_) external onlyOwner {
        domainVersion = domainVersion_;
    }

    function _checkExpiry(uint256 expiry) private view {
        _check(
            expiry >= block.timestamp,
            "AVSDirectory.registerOperatorToAVS: operator signature expired",
            SignatureExpired.selector
        );
    }

    function _checkSignature(address operator, SignatureWithSaltAndExpiry calldata given) private view {
        bytes32 digest =
            calculateOperatorAVSRegistrationDigestHash(operator, msg.sender, given.salt, given.expiry);
        if (m2) Signatures.requireValidM2(operator, digest, given.signature);
        else if (!Signatures.isValidNow(operator, digest, given.signature)) revert InvalidSignature();
    }

    function _setStatus(address operator, uint8 status) private {
        avsOperatorStatus[msg.sender][operator] = status;
        emit OperatorAVSRegistrationStatusUpdated(operator, msg.sender, status);
    }
}
