// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {Circuit, ReceiveSignals, SpendSignals, Signals, Tier} from "contracts/generated/Protocol.sol";
import {IAccountRegistry} from "contracts/interfaces/IAccountRegistry.sol";
import {IVerifiers} from "contracts/interfaces/IVerifiers.sol";
import {ProofContext} from "contracts/lib/ProofContext.sol";
import {RootSlot} from "contracts/lib/RootSlot.sol";
import {Accounts} from "./support/Accounts.sol";

/// @notice The registry's rules at their edges: the second at which each begins, and forgeries that one rule alone stops.
contract RegistryEdgesTest is Accounts {
    using Signals for ReceiveSignals;
    using Signals for SpendSignals;

    function setUp() external {
        setUpAccounts();
    }

    function receiveNotes(uint256 from, uint256 to) private {
        ReceiveSignals memory s = prove(receiveSignals(from, to), ALICE);
        vm.prank(ALICE);
        registry.receiveNotes(0, s, noProof, deadline);
    }

    // ── openings ───────────────────────────────────────────────────────────────────────────────────────────────────

    /// @dev Other notes and another state, but the same opening: one key opens one account.
    function testAnOpeningIsSpentWhateverIsReceivedWithIt() external {
        ReceiveSignals memory first = prove(receiveSignals(0, 11), ALICE);
        ReceiveSignals memory second = receiveSignals(0, 22);
        second.openingNullifier = first.openingNullifier;
        prove(second, ALICE);
        vm.startPrank(ALICE);
        registry.open(Tier.T, first, noProof, deadline);
        vm.assertTrue(registry.isSpent(first.openingNullifier));
        vm.expectRevert(abi.encodeWithSelector(IAccountRegistry.NullifierSpent.selector, first.openingNullifier));
        registry.open(Tier.T, second, noProof, deadline);
    }

    function testAnOpeningComesFromNoState() external {
        ReceiveSignals memory s = receiveSignals(5, 11);
        s.openingNullifier = 7;
        prove(s, ALICE);
        vm.expectRevert(abi.encodeWithSelector(IAccountRegistry.OpeningMismatch.selector, 5, 7));
        vm.prank(ALICE);
        registry.open(Tier.T, s, noProof, deadline);
    }

    function testAReceiveOpensNothing() external {
        open(11);
        skip(INTERVAL);
        ReceiveSignals memory s = receiveSignals(11, 12);
        s.openingNullifier = 7;
        prove(s, ALICE);
        vm.expectRevert(abi.encodeWithSelector(IAccountRegistry.OpeningMismatch.selector, 11, 7));
        vm.prank(ALICE);
        registry.receiveNotes(0, s, noProof, deadline);
    }

    /// @dev No state of a slot is 0, so that NotCurrent would stop it too, as long as no circuit lets a new state be 0.
    function testAReceiveComesFromAState() external {
        open(11);
        skip(INTERVAL);
        ReceiveSignals memory s = receiveSignals(0, 12);
        s.openingNullifier = 0;
        prove(s, ALICE);
        vm.expectRevert(abi.encodeWithSelector(IAccountRegistry.OpeningMismatch.selector, 0, 0));
        vm.prank(ALICE);
        registry.receiveNotes(0, s, noProof, deadline);
    }

    // ── pace and time ──────────────────────────────────────────────────────────────────────────────────────────────

    /// @dev The interval runs from the last receipt, not from the first.
    function testEveryReceiveStartsTheIntervalAgain() external {
        open(11);
        vm.assertEq(registry.slotAt(0).receivedAt, START);
        skip(INTERVAL);
        receiveNotes(11, 12);
        vm.assertEq(registry.slotAt(0).receivedAt, START + INTERVAL);
        ReceiveSignals memory s = prove(receiveSignals(12, 13), ALICE);
        skip(INTERVAL - 1);
        vm.expectRevert(abi.encodeWithSelector(IAccountRegistry.ReceiveTooSoon.selector, 0, START + 2 * INTERVAL));
        vm.prank(ALICE);
        registry.receiveNotes(0, s, noProof, deadline);
        skip(1);
        vm.prank(ALICE);
        registry.receiveNotes(0, s, noProof, deadline);
    }

    function testATableIsGoodToItsLastSecond() external {
        open(11);
        skip(EPOCH);
        spend(11, 12, 0);
        SpendSignals memory late = prove(spendSignals(12, 13, 0), false, ALICE);
        skip(1);
        vm.expectPartialRevert(IAccountRegistry.NotNewestTable.selector);
        vm.prank(ALICE);
        registry.spend(0, false, late, noProof, deadline);
    }

    function testAProofIsGoodToItsLastSecond() external {
        ReceiveSignals memory s = prove(receiveSignals(0, 11), ALICE);
        vm.startPrank(ALICE);
        vm.warp(deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(ProofContext.DeadlinePassed.selector, deadline, deadline + 1));
        registry.open(Tier.T, s, noProof, deadline);
        vm.warp(deadline);
        registry.open(Tier.T, s, noProof, deadline);
    }

    // ── tiers ──────────────────────────────────────────────────────────────────────────────────────────────────────

    /// @dev What an account opened as it stays: a proof of a smaller tier would leave out what doesn't fit into it.
    function testAnAccountKeepsItsTier() external {
        ReceiveSignals memory opening = sized(receiveSignals(0, 11));
        ReceiveSignals memory receiving = sized(receiveSignals(11, 12));
        SpendSignals memory spending = spendSignals(12, 13, 0);
        ReceiveSignals memory small = prove(receiveSignals(11, 12), ALICE);
        SpendSignals memory smaller = prove(spendSignals(12, 13, 0), false, ALICE);
        spending.cipher = new uint256[](5);
        spending.claim = 10_000;
        spending.context = contextOf(address(registry), ALICE, deadline);
        ideal[Circuit.Spend].prove(spending.encode(Tier.M));

        vm.startPrank(ALICE);
        registry.open(Tier.M, opening, noProof, deadline);
        vm.assertTrue(registry.slotAt(0).tier == Tier.M);
        skip(INTERVAL);
        vm.expectRevert(abi.encodeWithSelector(Signals.SignalLength.selector, "nullifiers", 4, 2));
        registry.receiveNotes(0, small, noProof, deadline);
        registry.receiveNotes(0, receiving, noProof, deadline);
        vm.expectRevert(abi.encodeWithSelector(Signals.SignalLength.selector, "cipher", 5, 2));
        registry.spend(0, false, smaller, noProof, deadline);
        registry.spend(0, false, spending, noProof, deadline);
    }

    /// @dev The same statement at tier M.
    function sized(ReceiveSignals memory s) private returns (ReceiveSignals memory) {
        s.nullifiers = new uint256[](4);
        s.cipher = new uint256[](5);
        for (uint256 i = 0; i < 4; i++) {
            s.nullifiers[i] = s.newCommitment * 1e6 + i;
        }
        s.context = contextOf(address(registry), ALICE, deadline);
        ideal[Circuit.Receive].prove(s.encode(Tier.M));
        return s;
    }

    function testACipherOfAnotherLengthIsRefused() external {
        ReceiveSignals memory s = receiveSignals(0, 11);
        s.cipher = new uint256[](3);
        vm.expectRevert(abi.encodeWithSelector(Signals.SignalLength.selector, "cipher", 2, 3));
        vm.prank(ALICE);
        registry.open(Tier.T, s, noProof, deadline);
    }

    // ── who proves ─────────────────────────────────────────────────────────────────────────────────────────────────

    /// @dev Bob sends what Alice proved, with her context in the signals.
    function testACopiedSpendingIsUseless() external {
        open(11);
        SpendSignals memory s = prove(spendSignals(11, 12, 77), false, ALICE);
        vm.expectPartialRevert(IVerifiers.InvalidProof.selector);
        vm.prank(BOB);
        registry.spend(0, false, s, noProof, deadline);
    }

    // ── what others read ───────────────────────────────────────────────────────────────────────────────────────────

    /// @dev The owner's address stands in the first storage slot, and is nobody's root.
    function testNothingButRootsIsReadAsARoot() external {
        vm.assertEq(address(uint160(uint256(vm.load(address(registry), 0)))), OWNER);
        vm.assertEq(registry.currentRoot(0), 0);
        vm.assertEq(registry.rootTime(0, uint160(OWNER)), 0);
    }

    /// @dev Other chains read roots at these places for good.
    function testRootsStandAtNamedPlaces() external {
        vm.assertEq(RootSlot.NOTES, keccak256("plimsoll.notesRoot"));
        vm.assertEq(RootSlot.ACCOUNTS, keccak256("plimsoll.accountsRoot"));
        vm.assertEq(RootSlot.EXITS, keccak256("plimsoll.exitsRoot"));
        open(11);
        spend(11, 12, 77);
        registry.addExits(1);
        vm.assertEq(uint256(vm.load(address(registry), keccak256("plimsoll.accountsRoot"))), 12);
        vm.assertEq(uint256(vm.load(address(registry), keccak256("plimsoll.exitsRoot"))), 77);
    }
}
