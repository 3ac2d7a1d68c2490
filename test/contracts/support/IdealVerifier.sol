// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {IGroth16Verifier, Proof} from "contracts/interfaces/IGroth16Verifier.sol";
import {Protocol} from "contracts/generated/Protocol.sol";

/// @notice A proof system without proofs: it accepts exactly the lists of signals that a test says were proven, so that a
///         contract passes only if it builds the very statement that its caller proved.
contract IdealVerifier is IGroth16Verifier {
    string public constant keyKind = "development";
    bytes32 public constant keyHash = keccak256("ideal");
    mapping(bytes32 => bool) private _proven;

    function prove(uint256[] calldata signals) external {
        _proven[keccak256(abi.encode(signals))] = true;
    }

    function verify(Proof calldata, uint256[] calldata signals) external view returns (bool) {
        for (uint256 i = 0; i < signals.length; i++) {
            if (signals[i] >= Protocol.FIELD) return false;
        }
        return _proven[keccak256(abi.encode(signals))];
    }
}
