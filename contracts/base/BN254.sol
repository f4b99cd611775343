// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {G1Point, G2Point} from "./Types.sol";

/// @title BN254 by the precompiles 5 (modexp), 6 (add), 7 (mul) and 8 (pairing)
/// @notice A point that is not on the curve burns all gas and returns nothing, as on the real network.
library BN254 {
    uint256 internal constant P = 21888242871839275222246405745257275088696311157297823662689037894645226208583;
    uint256 internal constant R = 21888242871839275222246405745257275088548364400416034343698204186575808495617;

    // The negated generator of G2 (EIP-197).
    uint256 private constant N_X1 = 11559732032986387107991004021392285783925812861821192530917403151452391805634;
    uint256 private constant N_X0 = 10857046999023057135944570762232829481370756359578518086990519993285655852781;
    uint256 private constant N_Y1 = 17805874995975841540914202342111839520379459829704422454583296818431106115052;
    uint256 private constant N_Y0 = 13392588948715843804641432497768002650278120570034223513918757245338268106653;

    function generator() internal pure returns (G1Point memory) {
        return G1Point(1, 2);
    }

    function negate(G1Point memory a) internal pure returns (G1Point memory) {
        return a.X == 0 && a.Y == 0 ? a : G1Point(a.X, P - (a.Y % P));
    }

    function hashOf(G1Point memory a) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(a.X, a.Y));
    }

    function add(G1Point memory a, G1Point memory b) internal view returns (G1Point memory sum) {
        uint256[4] memory input = [a.X, a.Y, b.X, b.Y];
        assembly {
            if iszero(staticcall(gas(), 6, input, 128, sum, 64)) { invalid() }
        }
    }

    function mul(G1Point memory a, uint256 scalar) internal view returns (G1Point memory product) {
        uint256[3] memory input = [a.X, a.Y, scalar];
        assembly {
            if iszero(staticcall(gas(), 7, input, 96, product, 64)) { invalid() }
        }
    }

    /// @notice Whether e(a1, −G2) · e(b1, b2) = 1.
    function pairsWithGenerator(G1Point memory a1, G1Point memory b1, G2Point memory b2)
        internal
        view
        returns (bool valid)
    {
        bool paired;
        (paired, valid) = tryPairing(a1, b1, b2, gasleft());
        assembly {
            if iszero(paired) { invalid() }
        }
    }

    /// @notice The same within some gas; `paired` is false when the precompile refuses a point, or needs more.
    function tryPairing(G1Point memory a1, G1Point memory b1, G2Point memory b2, uint256 gasOfIt)
        internal
        view
        returns (bool paired, bool valid)
    {
        uint256[12] memory input =
            [a1.X, a1.Y, N_X1, N_X0, N_Y1, N_Y0, b1.X, b1.Y, b2.X[0], b2.X[1], b2.Y[0], b2.Y[1]];
        uint256[1] memory out;
        assembly {
            paired := staticcall(gasOfIt, 8, input, 384, out, 32)
        }
        valid = out[0] == 1;
    }

    /// @notice Whether one secret made both public keys and signed `message`: γ binds the two statements into one.
    function provesKey(G1Point memory signature, G1Point memory pk1, G2Point memory pk2, G1Point memory message)
        internal
        view
        returns (bool)
    {
        bytes memory statement = abi.encodePacked(signature.X, signature.Y, pk1.X, pk1.Y, pk2.X, pk2.Y);
        uint256 gamma = uint256(keccak256(abi.encodePacked(statement, message.X, message.Y))) % R;
        G1Point memory left = add(signature, mul(pk1, gamma));
        G1Point memory right = add(message, mul(generator(), gamma));
        return pairsWithGenerator(left, right, pk2);
    }

    /// @notice Try and increment: the first x from `digest` on that has a point.
    function hashToG1(bytes32 digest) internal view returns (G1Point memory point) {
        for (point.X = uint256(digest) % P;; point.X = addmod(point.X, 1, P)) {
            uint256 x = point.X;
            uint256 square = addmod(mulmod(mulmod(x, x, P), x, P), 3, P);
            point.Y = power(square, (P + 1) / 4);
            if (mulmod(point.Y, point.Y, P) == square) return point;
        }
    }

    function power(uint256 base, uint256 exponent) internal view returns (uint256) {
        uint256[6] memory input = [32, 32, 32, base, exponent, P];
        uint256[1] memory out;
        assembly {
            if iszero(staticcall(gas(), 5, input, 192, out, 32)) { invalid() }
        }
        return out[0];
    }
}
