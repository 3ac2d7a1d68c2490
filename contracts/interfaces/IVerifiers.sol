// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Circuit, Tier} from "./ProtocolTypes.sol";
import {IGroth16Verifier, Proof} from "./IGroth16Verifier.sol";

/// @notice Which contract verifies which circuit at which tier; fixed at deployment.
interface IVerifiers {
    /// @notice Thrown when two verifiers are named for one place.
    error VerifierTwice(Circuit circuit, Tier tier);
    /// @notice Thrown when nothing verifies this circuit at this tier.
    error NoVerifier(Circuit circuit, Tier tier);
    /// @notice Thrown when a verifier isn't a contract.
    error NotAContract(address verifier);
    /// @notice Thrown when a proof is not one of these public signals.
    error InvalidProof(Circuit circuit, Tier tier);
    /// @notice Thrown when a verifier's key was made for development and this chain is not a local one.
    error DevelopmentKey(address verifier, uint256 chainId);

    /// @notice A verifier's place was filled.
    event VerifierSet(Circuit indexed circuit, Tier indexed tier, address verifier, bytes32 keyHash);

    /// @notice The verifier of a circuit at a tier; reverts with NoVerifier when there is none.
    function verifierOf(Circuit circuit, Tier tier) external view returns (IGroth16Verifier);
}
