// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {Verifiers} from "contracts/Verifiers.sol";
import {Circuit, Protocol, Tier} from "contracts/generated/Protocol.sol";
import {IGroth16Verifier, Proof} from "contracts/interfaces/IGroth16Verifier.sol";
import {IVerifiers} from "contracts/interfaces/IVerifiers.sol";
import {IdealVerifier} from "./support/IdealVerifier.sol";
import {Test} from "./support/Test.sol";

/// @notice A verifier whose key a ceremony made; it accepts nothing.
contract CeremonyVerifier is IGroth16Verifier {
    string public constant keyKind = "ceremony";
    bytes32 public constant keyHash = keccak256("ceremony");

    function verify(Proof calldata, uint256[] calldata) external pure returns (bool) {
        return false;
    }
}

contract VerifiersTest is Test {
    uint256 private constant ANY_CHAIN = 1;

    function entry(Circuit circuit, Tier tier, IGroth16Verifier verifier)
        private
        pure
        returns (Verifiers.Entry[] memory entries)
    {
        entries = new Verifiers.Entry[](1);
        entries[0] = Verifiers.Entry(circuit, tier, verifier);
    }

    function testEveryPlaceHasItsOwn() external {
        Verifiers.Entry[] memory entries = new Verifiers.Entry[](3);
        entries[0] = Verifiers.Entry(Circuit.Receive, Tier.M, new IdealVerifier());
        entries[1] = Verifiers.Entry(Circuit.Receive, Tier.L, new IdealVerifier());
        entries[2] = Verifiers.Entry(Circuit.Exit, Tier.M, new IdealVerifier());
        Verifiers verifiers = new Verifiers(entries);
        for (uint256 i = 0; i < 3; i++) {
            IGroth16Verifier found = verifiers.verifierOf(entries[i].circuit, entries[i].tier);
            vm.assertEq(address(found), address(entries[i].verifier));
        }
        vm.expectRevert(abi.encodeWithSelector(IVerifiers.NoVerifier.selector, Circuit.Exit, Tier.L));
        verifiers.verifierOf(Circuit.Exit, Tier.L);
        vm.expectRevert(abi.encodeWithSelector(IVerifiers.NoVerifier.selector, Circuit.Spend, Tier.M));
        verifiers.verifierOf(Circuit.Spend, Tier.M);
    }

    /// @dev The second would replace the first, unseen by who reads the first event.
    function testNoPlaceIsFilledTwice() external {
        Verifiers.Entry[] memory entries = new Verifiers.Entry[](2);
        entries[0] = Verifiers.Entry(Circuit.Receive, Tier.M, new IdealVerifier());
        entries[1] = Verifiers.Entry(Circuit.Receive, Tier.M, new IdealVerifier());
        vm.expectRevert(abi.encodeWithSelector(IVerifiers.VerifierTwice.selector, Circuit.Receive, Tier.M));
        new Verifiers(entries);
    }

    function testAnAddressWithoutCodeVerifiesNothing() external {
        Verifiers.Entry[] memory entries = entry(Circuit.Receive, Tier.M, IGroth16Verifier(address(0x1234)));
        vm.expectRevert(abi.encodeWithSelector(IVerifiers.NotAContract.selector, address(0x1234)));
        new Verifiers(entries);
    }

    /// @dev A ceremony's keys verify everywhere, a development's on development chains alone.
    function testKeysOfACeremonyVerifyOnAnyChain() external {
        CeremonyVerifier ceremony = new CeremonyVerifier();
        Verifiers.Entry[] memory entries = entry(Circuit.Receive, Tier.M, ceremony);
        vm.chainId(ANY_CHAIN);
        Verifiers verifiers = new Verifiers(entries);
        vm.assertEq(address(verifiers.verifierOf(Circuit.Receive, Tier.M)), address(ceremony));
        entries = entry(Circuit.Receive, Tier.M, new IdealVerifier());
        vm.expectPartialRevert(IVerifiers.DevelopmentKey.selector);
        new Verifiers(entries);
        vm.chainId(Protocol.ANVIL_CHAIN_ID);
        new Verifiers(entries);
    }
}
