// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice A Groth16 proof: A, B and C with G2 coordinates in Ethereum's order, the imaginary part first (EIP-197).
struct Proof {
    uint256[2] a;
    uint256[2][2] b;
    uint256[2] c;
}

/// @notice Verifier of one circuit at one tier, generated from its verification key.
interface IGroth16Verifier {
    /// @notice Who made the key: "ceremony", or "development" for a key whose maker can forge proofs.
    function keyKind() external view returns (string memory);

    /// @notice Hash of the verification key, as the toolkit prints it.
    function keyHash() external view returns (bytes32);

    /// @notice Whether the proof is one of these public signals.
    /// @dev False, never a revert, for a signal that isn't below the field's order, a wrong number of signals, a coordinate
    ///      that isn't below the base field's order, a point off its curve or the point at infinity: one statement has one
    ///      spelling.
    function verify(Proof calldata proof, uint256[] calldata signals) external view returns (bool);
}
