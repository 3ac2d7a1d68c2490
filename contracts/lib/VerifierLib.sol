// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {Circuit, Tier} from "../generated/Protocol.sol";
import {IVerifiers} from "../interfaces/IVerifiers.sol";
import {Proof} from "../interfaces/IGroth16Verifier.sol";

/// @title  VerifierLib
/// @notice Requires a proof.
library VerifierLib {
    /// @notice Reverts unless the proof is one of these signals, each of which is then below the field's order.
    function check(IVerifiers verifiers, Circuit circuit, Tier tier, Proof calldata proof, uint256[] memory signals)
        internal
        view
    {
        if (!verifiers.verifierOf(circuit, tier).verify(proof, signals)) revert IVerifiers.InvalidProof(circuit, tier);
    }
}
