// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {BN254} from "../base/BN254.sol";
import {Signatures} from "../base/Signatures.sol";
import {G1Point, G2Point, OperatorSet} from "../base/Types.sol";
import {Permitted} from "./Permitted.sol";

interface ISlashable {
    function isOperatorSlashable(address operator, OperatorSet calldata operatorSet) external view returns (bool);
}

/// @title EigenLayer's KeyRegistrar: the key an operator uses in an operator set
contract KeyRegistrar is Permitted {
    enum CurveType {
        NONE,
        ECDSA,
        BN254
    }

    error OperatorSetNotConfigured();
    error ConfigurationAlreadySet();
    error OperatorAlreadyRegistered();
    error KeyAlreadyRegistered();
    error KeyNotFound();
    error InvalidKeyFormat();
    error InvalidSignature();
    error ZeroPubkey();
    error OperatorStillSlashable();

    bytes32 public constant ECDSA_KEY_REGISTRATION_TYPEHASH =
        keccak256("ECDSAKeyRegistration(address operator,address avs,uint32 operatorSetId,address keyAddress)");
    bytes32 public constant BN254_KEY_REGISTRATION_TYPEHASH =
        keccak256("BN254KeyRegistration(address operator,address avs,uint32 operatorSetId,bytes keyData)");
    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    address public immutable allocationManager;

    mapping(bytes32 set => CurveType curve) private curves;
    mapping(bytes32 set => mapping(address operator => bytes key)) private keys;
    mapping(bytes32 keyHash => bool taken) public isKeyGloballyRegistered;

    event OperatorSetConfigured(OperatorSet operatorSet, CurveType curveType);
    event KeyRegistered(OperatorSet operatorSet, address indexed operator, CurveType curveType, bytes pubkey);
    event KeyDeregistered(OperatorSet operatorSet, address indexed operator, CurveType curveType);

    constructor(address permissionController_, address allocationManager_) Permitted(permissionController_) {
        allocationManager = allocationManager_;
    }

    function configureOperatorSet(OperatorSet calldata operatorSet, CurveType curveType)
        external
        onlyFor(operatorSet.avs)
    {
        if (curves[_key(operatorSet)] != CurveType.NONE) revert ConfigurationAlreadySet();
        curves[_key(operatorSet)] = curveType;
        emit OperatorSetConfigured(operatorSet, curveType);
    }

    /// @param keyData ECDSA: the 20 bytes of an address; BN254: abi.encode(x, y, uint256[2], uint256[2]).
    /// @param signature By that key.
    function registerKey(
        address operator,
        OperatorSet calldata operatorSet,
        bytes calldata keyData,
        bytes calldata signature
    ) external onlyFor(operator) {
        bytes32 key = _key(operatorSet);
        CurveType curve = curves[key];
        if (curve == CurveType.NONE) revert OperatorSetNotConfigured();
        if (keys[key][operator].length != 0) revert OperatorAlreadyRegistered();
        bytes32 keyHash = curve == CurveType.ECDSA
            ? _proveECDSA(operator, operatorSet, keyData, signature)
            : _proveBN254(operator, operatorSet, keyData, signature);
        if (isKeyGloballyRegistered[keyHash]) revert KeyAlreadyRegistered();
        isKeyGloballyRegistered[keyHash] = true;
        keys[key][operator] = keyData;
        emit KeyRegistered(operatorSet, operator, curve, keyData);
    }

    /// @notice The key cannot be used again, here or elsewhere.
    function deregisterKey(address operator, OperatorSet calldata operatorSet) external onlyFor(operator) {
        if (ISlashable(allocationManager).isOperatorSlashable(operator, operatorSet)) revert OperatorStillSlashable();
        bytes32 key = _key(operatorSet);
        if (keys[key][operator].length == 0) revert KeyNotFound();
        delete keys[key][operator];
        emit KeyDeregistered(operatorSet, operator, curves[key]);
    }

    function isRegistered(OperatorSet calldata operatorSet, address operator) external view returns (bool) {
        return keys[_key(operatorSet)][operator].length != 0;
    }

    function getOperatorSetCurveType(OperatorSet calldata operatorSet) external view returns (CurveType) {
        return curves[_key(operatorSet)];
    }

    function getECDSAAddress(OperatorSet calldata operatorSet, address operator) external view returns (address) {
        return address(bytes20(keys[_key(operatorSet)][operator]));
    }

    function getECDSAKeyRegistrationMessageHash(
        address operator,
        OperatorSet calldata operatorSet,
        address keyAddress
    ) public view returns (bytes32) {
        return _digest(
            keccak256(
                abi.encode(
                    ECDSA_KEY_REGISTRATION_TYPEHASH, operator, operatorSet.avs, operatorSet.id, keyAddress
                )
            )
        );
    }

    function getBN254KeyRegistrationMessageHash(
        address operator,
        OperatorSet calldata operatorSet,
        bytes calldata keyData
    ) public view returns (bytes32) {
        bytes32 keyHash = keccak256(keyData);
        return _digest(
            keccak256(
                abi.encode(BN254_KEY_REGISTRATION_TYPEHASH, operator, operatorSet.avs, operatorSet.id, keyHash)
            )
        );
    }

    function encodeBN254KeyData(G1Point calldata g1, G2Point calldata g2) external pure returns (bytes memory) {
        return abi.encode(g1.X, g1.Y, g2.X, g2.Y);
    }

    function domainSeparator() public view returns (bytes32) {
        return keccak256(
            abi.encode(DOMAIN_TYPEHASH, keccak256("EigenLayer"), keccak256("1"), block.chainid, address(this))
        );
    }

    function _proveECDSA(
        address operator,
        OperatorSet calldata operatorSet,
        bytes calldata keyData,
        bytes calldata signature
    ) private view returns (bytes32) {
        if (keyData.length != 20) revert InvalidKeyFormat();
        address keyAddress = address(bytes20(keyData));
        if (keyAddress == address(0)) revert ZeroPubkey();
        bytes32 digest = getECDSAKeyRegistrationMessageHash(operator, operatorSet, keyAddress);
        if (!Signatures.isValidNow(keyAddress, digest, signature)) revert InvalidSignature();
        return keccak256(keyData);
    }

    function _proveBN254(
        address operator,
        OperatorSet calldata operatorSet,
        bytes calldata keyData,
        bytes calldata signature
    ) private view returns (bytes32) {
        if (keyData.length != 192) revert InvalidKeyFormat();
        if (signature.length != 64) revert InvalidSignature();
        G1Point memory g1;
        G2Point memory g2;
        G1Point memory proof;
        (g1.X, g1.Y, g2.X, g2.Y) = abi.decode(keyData, (uint256, uint256, uint256[2], uint256[2]));
        (proof.X, proof.Y) = abi.decode(signature, (uint256, uint256));
        if (g1.X == 0 && g1.Y == 0) revert ZeroPubkey();
        bytes32 digest = getBN254KeyRegistrationMessageHash(operator, operatorSet, keyData);
        if (!BN254.provesKey(proof, g1, g2, BN254.hashToG1(digest))) revert InvalidSignature();
        return BN254.hashOf(g1);
    }

    function _digest(bytes32 message) private view returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", domainSeparator(), message));
    }

    function _key(OperatorSet calldata operatorSet) private pure returns (bytes32) {
        return keccak256(abi.encode(operatorSet.avs, operatorSet.id));
    }
}
