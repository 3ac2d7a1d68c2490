// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {CollateralVault} from "contracts/CollateralVault.sol";
import {Verifiers} from "contracts/Verifiers.sol";
import {Circuit, ExitSignals, SpendSignals, Signals, Tier} from "contracts/generated/Protocol.sol";
import {Instrument} from "contracts/interfaces/ICollateralVault.sol";
import {SolvencyProof} from "contracts/interfaces/ILine.sol";
import {IVerifiers} from "contracts/interfaces/IVerifiers.sol";
import {RootSlot} from "contracts/lib/RootSlot.sol";
import {Accounts} from "./support/Accounts.sol";
import {Desks} from "./support/Desks.sol";
import {IdealVerifier} from "./support/IdealVerifier.sol";

uint256 constant BRANCH = 777;

/// @notice After a fork that changes the chain's id, a proof made for one branch is worth nothing on the other. RiskTable.t.sol
///         and RootMirror.t.sol say the same of signatures.
contract RegistryBranchesTest is Accounts {
    function testSpend() external {
        setUpAccounts();
        open(11);
        SpendSignals memory s = prove(spendSignals(11, 12, 77), false, ALICE);
        vm.chainId(BRANCH);
        vm.startPrank(ALICE);
        vm.expectPartialRevert(IVerifiers.InvalidProof.selector);
        registry.spend(0, false, s, noProof, deadline);
        vm.chainId(31337);
        registry.spend(0, false, s, noProof, deadline);
    }
}

contract IssuerBranchesTest is Desks {
    using Signals for ExitSignals;

    function setUp() external {
        setUpDesks();
    }

    function testAuthorise() external {
        SolvencyProof memory proof = proofOf(address(desk), shown(10_000, true, 2_000, 0));
        vm.chainId(BRANCH);
        vm.startPrank(ALICE);
        vm.expectPartialRevert(IVerifiers.InvalidProof.selector);
        desk.authorise(proof);
        vm.chainId(31337);
        desk.authorise(proof);
    }

    function testExit() external {
        roots.set(REGISTRY, RootSlot.EXITS, 5, START);
        Instrument[] memory listed = new Instrument[](1);
        listed[0] = Instrument(address(usd), 1, 1, 100, 100);
        CollateralVault vault = new CollateralVault(7, verifiers, roots, REGISTRY, 1 days, listed);
        vm.startPrank(ALICE);
        usd.approve(address(vault), 10);
        vault.deposit(1, 10, 5);
        ExitSignals memory s = ExitSignals(5, 6, (7 << 16) | 1, 10, uint160(BOB), 0);
        s.context = contextOf(address(vault), BOB, DEADLINE);
        ideal[Circuit.Exit].prove(s.encode());
        vm.chainId(BRANCH);
        vm.expectPartialRevert(IVerifiers.InvalidProof.selector);
        vault.exit(Tier.T, s, noProof, DEADLINE);
        vm.chainId(31337);
        vault.exit(Tier.T, s, noProof, DEADLINE);
    }

    /// @dev Keys whose maker can forge proofs verify on development chains alone.
    function testDevelopmentKeys() external {
        Verifiers.Entry[] memory entries = new Verifiers.Entry[](1);
        entries[0] = Verifiers.Entry(Circuit.Exit, Tier.T, new IdealVerifier());
        uint256[6] memory refused = [uint256(1), 10, 1336, 1338, 31336, 31347];
        for (uint256 i = 0; i < refused.length; i++) {
            vm.chainId(refused[i]);
            vm.expectPartialRevert(IVerifiers.DevelopmentKey.selector);
            new Verifiers(entries);
        }
        uint256[3] memory local = [uint256(1337), 31337, 31346];
        for (uint256 i = 0; i < local.length; i++) {
            vm.chainId(local[i]);
            new Verifiers(entries);
        }
    }
}
