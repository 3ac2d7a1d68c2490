// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {Circuit, Protocol, Tier} from "./generated/Protocol.sol";
import {IGroth16Verifier} from "./interfaces/IGroth16Verifier.sol";
import {IVerifiers} from "./interfaces/IVerifiers.sol";

/// @title  Verifiers
/// @notice Verifiers by circuit and tier. Contracts look theirs up here, so that one set of keys serves a chain and no
///         contract is compiled for a tier. Nothing can be added or replaced after deployment.
contract Verifiers is IVerifiers {
    struct Entry {
        Circuit circuit;
        Tier tier;
        IGroth16Verifier verifier;
    }

    mapping(Circuit => mapping(Tier => IGroth16Verifier)) private _verifiers;

    constructor(Entry[] memory entries) {
        for (uint256 i = 0; i < entries.length; i++) {
            Entry memory entry = entries[i];
            if (address(entry.verifier).code.length == 0) revert NotAContract(address(entry.verifier));
            if (address(_verifiers[entry.circuit][entry.tier]) != address(0)) {
                revert VerifierTwice(entry.circuit, entry.tier);
            }
            // Whoever made a development key can forge proofs under it: it must never guard anything of value.
            if (keccak256(bytes(entry.verifier.keyKind())) != keccak256("ceremony") && !_isLocal(block.chainid)) {
                revert DevelopmentKey(address(entry.verifier), block.chainid);
            }
            _verifiers[entry.circuit][entry.tier] = entry.verifier;
            emit VerifierSet(entry.circuit, entry.tier, address(entry.verifier), entry.verifier.keyHash());
        }
    }

    /// @inheritdoc IVerifiers
    function verifierOf(Circuit circuit, Tier tier) external view returns (IGroth16Verifier verifier) {
        verifier = _verifiers[circuit][tier];
        if (address(verifier) == address(0)) revert NoVerifier(circuit, tier);
    }

    /// @dev Chain ids of development nodes: geth's, and anvil's and hardhat's and the numbers after it.
    function _isLocal(uint256 chainId) private pure returns (bool) {
        return chainId == Protocol.GETH_CHAIN_ID
            || (chainId >= Protocol.ANVIL_CHAIN_ID && chainId < Protocol.ANVIL_CHAIN_ID + Protocol.ANVIL_CHAIN_IDS);
    }
}
