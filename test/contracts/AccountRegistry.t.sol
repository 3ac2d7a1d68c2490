// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {LocalRoots} from "contracts/LocalRoots.sol";
import {Circuit, ReceiveSignals, SpendSignals, Protocol, Signals, Tier} from "contracts/generated/Protocol.sol";
import {IAccountRegistry} from "contracts/interfaces/IAccountRegistry.sol";
import {Proof} from "contracts/interfaces/IGroth16Verifier.sol";
import {IVerifiers} from "contracts/interfaces/IVerifiers.sol";
import {ProofContext} from "contracts/lib/ProofContext.sol";
import {ReplacingTree} from "contracts/lib/ReplacingTree.sol";
import {RootSlot} from "contracts/lib/RootSlot.sol";
import {Guarded} from "contracts/base/Guarded.sol";
import {Accounts} from "./support/Accounts.sol";

contract AccountRegistryTest is Accounts {
    using Signals for ReceiveSignals;
    using Signals for SpendSignals;

    function setUp() external {
        setUpAccounts();
    }

    function testOpensReceivesAndSpends() external {
        vm.assertEq(open(11), 0);
        vm.assertEq(open(22), 1);
        vm.assertEq(registry.slots(), 2);
        uint256 before = registry.currentRoot(RootSlot.ACCOUNTS);
        vm.assertEq(uint256(vm.load(address(registry), RootSlot.ACCOUNTS)), before);

        skip(INTERVAL);
        ReceiveSignals memory f = prove(receiveSignals(11, 12), ALICE);
        vm.prank(ALICE);
        registry.receiveNotes(0, f, noProof, deadline);
        vm.assertEq(registry.commitmentAt(0), 12);
        vm.assertTrue(registry.isSpent(f.nullifiers[0]) && registry.isSpent(f.nullifiers[1]));
        vm.assertEq(registry.rootTime(RootSlot.ACCOUNTS, before), block.timestamp);

        SpendSignals memory l = prove(spendSignals(12, 13, 77), false, ALICE);
        vm.prank(ALICE);
        registry.spend(0, false, l, noProof, deadline);
        vm.assertEq(registry.commitmentAt(0), 13);
        vm.assertEq(registry.queuedExits(), 1);
        registry.addExits(1);
        vm.assertEq(registry.currentRoot(RootSlot.EXITS), 77);

        skip(1 days);
        vm.assertEq(registry.rootTime(RootSlot.ACCOUNTS, before), START + INTERVAL);
        vm.assertEq(registry.rootTime(RootSlot.ACCOUNTS, registry.currentRoot(RootSlot.ACCOUNTS)), block.timestamp);
        vm.assertEq(registry.rootTime(RootSlot.EXITS, before), 0);
        vm.assertEq(registry.rootTime(RootSlot.ACCOUNTS, 0), 0);
    }

    function testTwoMovesOfOneSlotInOneBlock() external {
        open(11);
        SpendSignals memory a = prove(spendSignals(11, 12, 77), false, ALICE);
        SpendSignals memory b = prove(spendSignals(12, 13, 78), false, ALICE);
        vm.startPrank(ALICE);
        registry.spend(0, false, a, noProof, deadline);
        registry.spend(0, false, b, noProof, deadline);
        vm.assertEq(registry.commitmentAt(0), 13);
        // The first root was current for no time at all, and vouches for its own instant alone.
        vm.assertEq(registry.rootTime(RootSlot.ACCOUNTS, 12), block.timestamp);
    }

    function testLocalRootsReadTheSameChain() external {
        LocalRoots local = new LocalRoots();
        (uint256 root, uint256 time) = local.latestRoot(address(registry), RootSlot.ACCOUNTS);
        vm.assertEq(root + time, 0);
        open(11);
        open(22);
        (root, time) = local.latestRoot(address(registry), RootSlot.ACCOUNTS);
        vm.assertEq(root, registry.currentRoot(RootSlot.ACCOUNTS));
        vm.assertEq(time, START);
        skip(100);
        vm.assertEq(local.rootTime(address(registry), RootSlot.ACCOUNTS, root), START + 100);
        vm.assertEq(local.rootTime(address(registry), RootSlot.ACCOUNTS, 11), START);
        vm.assertEq(local.rootTime(address(registry), RootSlot.EXITS, root), 0);
        vm.assertEq(local.rootTime(address(registry), RootSlot.NOTES, root), 0);
    }

    // ── someone else's, copied, replayed, late ────────────────────────────────────────────────────────────────────

    function testCopiedProofIsUseless() external {
        ReceiveSignals memory s = prove(receiveSignals(0, 11), ALICE);
        vm.expectPartialRevert(IVerifiers.InvalidProof.selector);
        vm.prank(BOB);
        registry.open(Tier.T, s, noProof, deadline);
    }

    function testCallersContextAndClaimAreIgnored() external {
        open(11);
        // Proven at maintenance margin; the caller writes what was proven into the signals.
        SpendSignals memory s = spendSignals(11, 12, 77);
        s.claim = 8_000;
        s.context = contextOf(address(registry), ALICE, deadline);
        ideal[Circuit.Spend].prove(s.encode(Tier.T));
        vm.expectPartialRevert(IVerifiers.InvalidProof.selector);
        vm.prank(ALICE);
        registry.spend(0, false, s, noProof, deadline);
    }

    function testOtherChainOrDeadline() external {
        ReceiveSignals memory s = prove(receiveSignals(0, 11), ALICE);
        vm.startPrank(ALICE);
        vm.chainId(block.chainid + 1);
        vm.expectPartialRevert(IVerifiers.InvalidProof.selector);
        registry.open(Tier.T, s, noProof, deadline);
        vm.chainId(block.chainid);
        vm.expectPartialRevert(IVerifiers.InvalidProof.selector);
        registry.open(Tier.T, s, noProof, deadline + 1);
        vm.warp(deadline + 1);
        vm.expectPartialRevert(ProofContext.DeadlinePassed.selector);
        registry.open(Tier.T, s, noProof, deadline);
    }

    function testReplayedReceiveAndOpening() external {
        ReceiveSignals memory s = prove(receiveSignals(0, 11), ALICE);
        vm.startPrank(ALICE);
        registry.open(Tier.T, s, noProof, deadline);
        vm.expectPartialRevert(IAccountRegistry.NullifierSpent.selector);
        registry.open(Tier.T, s, noProof, deadline);
        vm.stopPrank();

        skip(INTERVAL);
        ReceiveSignals memory f = prove(receiveSignals(11, 12), ALICE);
        vm.startPrank(ALICE);
        registry.receiveNotes(0, f, noProof, deadline);
        skip(INTERVAL);
        vm.expectPartialRevert(IAccountRegistry.NotCurrent.selector);
        registry.receiveNotes(0, f, noProof, deadline);
    }

    function testOneNoteTwiceInOneReceiveOrTwo() external {
        open(11);
        skip(INTERVAL);
        ReceiveSignals memory twice = receiveSignals(11, 12);
        twice.nullifiers[1] = twice.nullifiers[0];
        prove(twice, ALICE);
        vm.expectPartialRevert(IAccountRegistry.NullifierSpent.selector);
        vm.prank(ALICE);
        registry.receiveNotes(0, twice, noProof, deadline);

        ReceiveSignals memory first = prove(receiveSignals(11, 12), ALICE);
        vm.prank(ALICE);
        registry.receiveNotes(0, first, noProof, deadline);
        skip(INTERVAL);
        ReceiveSignals memory second = receiveSignals(12, 13);
        second.nullifiers[1] = first.nullifiers[0];
        prove(second, ALICE);
        vm.expectPartialRevert(IAccountRegistry.NullifierSpent.selector);
        vm.prank(ALICE);
        registry.receiveNotes(0, second, noProof, deadline);
    }

    /// @dev What is spent is the note: not a proof of it, nor its path under one of many roots.
    function testSpentWhateverTheProofAndTheRoot() external {
        open(11);
        skip(INTERVAL);
        ReceiveSignals memory first = prove(receiveSignals(11, 12), ALICE);
        vm.prank(ALICE);
        registry.receiveNotes(0, first, noProof, deadline);
        roots.set(VAULT, RootSlot.NOTES, 99, block.timestamp);
        notes.join(1);
        skip(INTERVAL);
        ReceiveSignals memory second = receiveSignals(12, 13);
        vm.assertTrue(second.notesRoot != first.notesRoot);
        second.nullifiers[0] = first.nullifiers[1];
        prove(second, ALICE);
        Proof memory another;
        another.a[0] = 1;
        vm.expectPartialRevert(IAccountRegistry.NullifierSpent.selector);
        vm.prank(ALICE);
        registry.receiveNotes(0, second, another, deadline);
    }

    /// @dev Every root that was ever current keeps its time: no flood of changes pushes one out.
    function testAFloodOfRootsPushesNoneOut() external {
        open(11);
        uint256 early = registry.currentRoot(RootSlot.ACCOUNTS);
        skip(100);
        for (uint256 i = 0; i < 60; i++) {
            open(100 + i);
        }
        skip(100);
        vm.assertEq(registry.rootTime(RootSlot.ACCOUNTS, early), START + 100);
    }

    /// @dev A state, and with it a root, that comes back after others is current again, and dated by its last day.
    function testARootThatComesBackIsCurrentAgain() external {
        open(11);
        spend(11, 12, 0);
        skip(100);
        spend(12, 11, 0);
        skip(100);
        vm.assertEq(registry.rootTime(RootSlot.ACCOUNTS, 11), START + 200);
        spend(11, 12, 0);
        skip(100);
        vm.assertEq(registry.rootTime(RootSlot.ACCOUNTS, 11), START + 200);
    }

    function testNullifierCantPassForCipher() external {
        // The same list of signals, cut elsewhere: the second nullifier would go unrecorded.
        ReceiveSignals memory s = prove(receiveSignals(0, 11), ALICE);
        ReceiveSignals memory cut = receiveSignals(0, 11);
        cut.openingNullifier = s.openingNullifier;
        cut.nullifiers = new uint256[](1);
        cut.cipher = new uint256[](3);
        (cut.nullifiers[0], cut.cipher[0]) = (s.nullifiers[0], s.nullifiers[1]);
        (cut.cipher[1], cut.cipher[2]) = (s.cipher[0], s.cipher[1]);
        vm.expectPartialRevert(Signals.SignalLength.selector);
        vm.prank(ALICE);
        registry.open(Tier.T, cut, noProof, deadline);
    }

    function testAliasedNullifierIsNoSecondNullifier() external {
        ReceiveSignals memory s = receiveSignals(0, 11);
        s.nullifiers[0] += Protocol.FIELD;
        prove(s, ALICE);
        vm.expectPartialRevert(IVerifiers.InvalidProof.selector);
        vm.prank(ALICE);
        registry.open(Tier.T, s, noProof, deadline);
    }

    function testOpeningAndReceivingDontMix() external {
        ReceiveSignals memory noNullifier = receiveSignals(0, 11);
        noNullifier.openingNullifier = 0;
        prove(noNullifier, ALICE);
        ReceiveSignals memory fromZero = prove(receiveSignals(0, 11), ALICE);
        ReceiveSignals memory fromOther = prove(receiveSignals(5, 11), ALICE);
        vm.startPrank(ALICE);
        vm.expectPartialRevert(IAccountRegistry.OpeningMismatch.selector);
        registry.open(Tier.T, noNullifier, noProof, deadline);
        vm.expectPartialRevert(IAccountRegistry.OpeningMismatch.selector);
        registry.receiveNotes(0, fromZero, noProof, deadline);
        vm.expectPartialRevert(IAccountRegistry.OpeningMismatch.selector);
        registry.open(Tier.T, fromOther, noProof, deadline);
        vm.expectPartialRevert(ReplacingTree.NoSuchLeaf.selector);
        registry.receiveNotes(0, fromOther, noProof, deadline);
    }

    function testOtherSlotAndOtherTier() external {
        open(11);
        open(22);
        skip(INTERVAL);
        ReceiveSignals memory s = prove(receiveSignals(11, 12), ALICE);
        vm.startPrank(ALICE);
        vm.expectPartialRevert(IAccountRegistry.NotCurrent.selector);
        registry.receiveNotes(1, s, noProof, deadline);
        ReceiveSignals memory big = receiveSignals(0, 33);
        vm.expectPartialRevert(Signals.SignalLength.selector);
        registry.open(Tier.M, big, noProof, deadline);
        big.nullifiers = new uint256[](4);
        big.cipher = new uint256[](17);
        vm.expectPartialRevert(IVerifiers.NoVerifier.selector);
        registry.open(Tier.L, big, noProof, deadline);
    }

    // ── pace, tables and pauses ─────────────────────────────────────────────────────────────────────────────────────

    function testReceivesArePacedAndSpendsAreNot() external {
        open(11);
        ReceiveSignals memory f = prove(receiveSignals(11, 12), ALICE);
        vm.expectPartialRevert(IAccountRegistry.ReceiveTooSoon.selector);
        vm.prank(ALICE);
        registry.receiveNotes(0, f, noProof, deadline);
        SpendSignals memory l = prove(spendSignals(11, 12, 0), false, ALICE);
        vm.prank(ALICE);
        registry.spend(0, false, l, noProof, deadline);
    }

    function testSpendsOnTheNewestTableOnlyWhileItLasts() external {
        open(11);
        SpendSignals memory old = prove(spendSignals(11, 12, 77), false, ALICE);
        skip(EPOCH / 2);
        publish(TABLE + 1);
        vm.expectPartialRevert(IAccountRegistry.NotNewestTable.selector);
        vm.prank(ALICE);
        registry.spend(0, false, old, noProof, deadline);

        SpendSignals memory late = prove(spendSignals(11, 12, 77), false, ALICE);
        skip(EPOCH + 1);
        vm.expectPartialRevert(IAccountRegistry.NotNewestTable.selector);
        vm.prank(ALICE);
        registry.spend(0, false, late, noProof, deadline);
    }

    function testMovesRightOnAnyTablePassEveryPause() external {
        open(11);
        SpendSignals memory s = prove(spendSignals(11, 12, 77), true, ALICE);
        SpendSignals memory unknown = spendSignals(11, 12, 77);
        unknown.tableRoot = 5;
        prove(unknown, true, ALICE);
        skip(EPOCH / 2);
        publishMove(TABLE + 1, 99_999);
        vm.prank(GUARDIAN);
        registry.pause();
        vm.startPrank(ALICE);
        // A proof of the one claim is none of the other, nor the other way round.
        vm.expectPartialRevert(IAccountRegistry.SpendingPaused.selector);
        registry.spend(0, false, s, noProof, deadline);
        vm.expectPartialRevert(IAccountRegistry.UnknownTable.selector);
        registry.spend(0, true, unknown, noProof, deadline);
        registry.spend(0, true, s, noProof, deadline);
        vm.stopPrank();

        SpendSignals memory plain = prove(spendSignals(12, 13, 78), false, ALICE);
        vm.expectPartialRevert(IVerifiers.InvalidProof.selector);
        vm.prank(ALICE);
        registry.spend(0, true, plain, noProof, deadline);
    }

    function testPausesStopSpendingAndNothingElse() external {
        open(11);
        vm.expectPartialRevert(Guarded.NotGuardian.selector);
        vm.prank(ALICE);
        registry.pause();
        vm.prank(GUARDIAN);
        registry.pause();
        SpendSignals memory l = prove(spendSignals(11, 12, 77), false, ALICE);
        vm.expectRevert(IAccountRegistry.SpendingPaused.selector);
        vm.prank(ALICE);
        registry.spend(0, false, l, noProof, deadline);
        open(22);
        skip(INTERVAL);
        ReceiveSignals memory f = prove(receiveSignals(11, 12), ALICE);
        vm.prank(ALICE);
        registry.receiveNotes(0, f, noProof, deadline);

        vm.expectRevert();
        vm.prank(GUARDIAN);
        registry.unpause();
        vm.prank(OWNER);
        registry.unpause();
    }

    function testLargePriceMoveStopsSpending() external {
        open(11);
        skip(60);
        publishMove(TABLE + 1, 10_001);
        SpendSignals memory l = prove(spendSignals(11, 12, 77), false, ALICE);
        vm.startPrank(ALICE);
        vm.expectRevert(IAccountRegistry.SpendingPaused.selector);
        registry.spend(0, false, l, noProof, deadline);
    }
}
