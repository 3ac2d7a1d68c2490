// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {AccountRegistry} from "contracts/AccountRegistry.sol";
import {IssuerNotes} from "contracts/IssuerNotes.sol";
import {Circuit, FoldSignals, LowerSignals, Protocol, Signals, Tier} from "contracts/generated/Protocol.sol";
import {IAccountRegistry} from "contracts/interfaces/IAccountRegistry.sol";
import {IIssuerNotes, Issuer} from "contracts/interfaces/IIssuerNotes.sol";
import {IVerifiers} from "contracts/interfaces/IVerifiers.sol";
import {ProofContext} from "contracts/lib/ProofContext.sol";
import {ReplacingTree} from "contracts/lib/ReplacingTree.sol";
import {RootSlot} from "contracts/lib/RootSlot.sol";
import {Guarded} from "contracts/base/Guarded.sol";
import {World} from "./support/World.sol";
import {StubRoots} from "./support/StubRoots.sol";

contract AccountRegistryTest is World {
    using Signals for FoldSignals;
    using Signals for LowerSignals;

    uint256 private constant INTERVAL = 5 minutes;
    address private constant VAULT = address(0x7A);

    StubRoots private roots;
    IssuerNotes private notes;
    AccountRegistry private registry;
    uint256 private deadline;
    uint256 private serial = 1000;

    function setUp() external {
        setUpWorld();
        roots = new StubRoots();
        Issuer[] memory issuers = new Issuer[](1);
        issuers[0] = Issuer(1, roots, VAULT);
        notes = new IssuerNotes(issuers, 1 days);
        registry = new AccountRegistry(verifiers, book, notes, INTERVAL, OWNER);
        vm.prank(OWNER);
        registry.setGuardian(GUARDIAN);
        deadline = START + 365 days;
    }

    // ── honest changes ─────────────────────────────────────────────────────────────────────────────────────────────

    function foldSignals(uint256 from, uint256 to) private returns (FoldSignals memory s) {
        s.oldCommitment = from;
        s.newCommitment = to;
        s.notesRoot = notes.notesRoot();
        s.openingNullifier = from == 0 ? ++serial : 0;
        s.nullifiers = new uint256[](2);
        s.cipher = new uint256[](2);
        for (uint256 i = 0; i < 2; i++) (s.nullifiers[i], s.cipher[i]) = (++serial, ++serial);
    }

    function lowerSignals(uint256 from, uint256 to, uint256 exitLeaf) private returns (LowerSignals memory s) {
        s.oldCommitment = from;
        s.newCommitment = to;
        s.bookRoot = book.newestRoot();
        s.exitLeaf = exitLeaf;
        s.cipher = new uint256[](2);
        for (uint256 i = 0; i < 2; i++) s.cipher[i] = ++serial;
    }

    /// @dev What a wallet proves: these signals for this sender.
    function prove(FoldSignals memory s, address sender) private returns (FoldSignals memory) {
        s.context = contextOf(address(registry), sender, deadline);
        ideal[Circuit.Fold].prove(s.encode(Tier.T));
        return s;
    }

    function prove(LowerSignals memory s, bool anyBook, address sender) private returns (LowerSignals memory) {
        s.claim = 10_000 | (anyBook ? uint256(1) << 14 : 0);
        s.context = contextOf(address(registry), sender, deadline);
        ideal[Circuit.Lower].prove(s.encode(Tier.T));
        return s;
    }

    function open(uint256 commitment) private returns (uint256) {
        FoldSignals memory s = prove(foldSignals(0, commitment), ALICE);
        vm.prank(ALICE);
        return registry.open(Tier.T, s, noProof, deadline);
    }

    function testOpensFoldsAndLowers() external {
        vm.assertEq(open(11), 0);
        vm.assertEq(open(22), 1);
        vm.assertEq(registry.slots(), 2);
        uint256 before = registry.currentRoot(RootSlot.ACCOUNTS);
        vm.assertEq(uint256(vm.load(address(registry), RootSlot.ACCOUNTS)), before);

        skip(INTERVAL);
        FoldSignals memory f = prove(foldSignals(11, 12), ALICE);
        vm.prank(ALICE);
        registry.fold(0, f, noProof, deadline);
        vm.assertEq(registry.commitmentAt(0), 12);
        vm.assertTrue(registry.isSpent(f.nullifiers[0]) && registry.isSpent(f.nullifiers[1]));
        vm.assertEq(registry.rootTime(RootSlot.ACCOUNTS, before), block.timestamp);

        LowerSignals memory l = prove(lowerSignals(12, 13, 77), false, ALICE);
        vm.prank(ALICE);
        registry.lower(0, false, l, noProof, deadline);
        vm.assertEq(registry.commitmentAt(0), 13);
        vm.assertEq(registry.currentRoot(RootSlot.EXITS), 77);

        skip(1 days);
        vm.assertEq(registry.rootTime(RootSlot.ACCOUNTS, before), START + INTERVAL);
        vm.assertEq(registry.rootTime(RootSlot.ACCOUNTS, registry.currentRoot(RootSlot.ACCOUNTS)), block.timestamp);
        vm.assertEq(registry.rootTime(RootSlot.EXITS, before), 0);
        vm.assertEq(registry.rootTime(RootSlot.ACCOUNTS, 0), 0);
    }

    function testTwoMovesOfOneSlotInOneBlock() external {
        open(11);
        LowerSignals memory a = prove(lowerSignals(11, 12, 77), false, ALICE);
        LowerSignals memory b = prove(lowerSignals(12, 13, 78), false, ALICE);
        vm.startPrank(ALICE);
        registry.lower(0, false, a, noProof, deadline);
        registry.lower(0, false, b, noProof, deadline);
        vm.assertEq(registry.commitmentAt(0), 13);
        // The first root was current for no time at all, and vouches for its own instant alone.
        vm.assertEq(registry.rootTime(RootSlot.ACCOUNTS, 12), block.timestamp);
    }

    // ── someone else's, copied, replayed, late ────────────────────────────────────────────────────────────────────

    function testCopiedProofIsUseless() external {
        FoldSignals memory s = prove(foldSignals(0, 11), ALICE);
        vm.expectPartialRevert(IVerifiers.InvalidProof.selector);
        vm.prank(BOB);
        registry.open(Tier.T, s, noProof, deadline);
    }

    function testCallersContextAndClaimAreIgnored() external {
        open(11);
        // Proven at maintenance margin and for Bob; the caller writes what was proven into the signals.
        LowerSignals memory s = lowerSignals(11, 12, 77);
        s.claim = 8_000;
        s.context = contextOf(address(registry), ALICE, deadline);
        ideal[Circuit.Lower].prove(s.encode(Tier.T));
        vm.expectPartialRevert(IVerifiers.InvalidProof.selector);
        vm.prank(ALICE);
        registry.lower(0, false, s, noProof, deadline);
    }

    function testOtherChainOrDeadline() external {
        FoldSignals memory s = prove(foldSignals(0, 11), ALICE);
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

    function testReplayedFoldAndOpening() external {
        FoldSignals memory s = prove(foldSignals(0, 11), ALICE);
        vm.startPrank(ALICE);
        registry.open(Tier.T, s, noProof, deadline);
        vm.expectPartialRevert(IAccountRegistry.NullifierSpent.selector);
        registry.open(Tier.T, s, noProof, deadline);
        vm.stopPrank();

        skip(INTERVAL);
        FoldSignals memory f = prove(foldSignals(11, 12), ALICE);
        vm.startPrank(ALICE);
        registry.fold(0, f, noProof, deadline);
        skip(INTERVAL);
        vm.expectPartialRevert(IAccountRegistry.NotCurrent.selector);
        registry.fold(0, f, noProof, deadline);
    }

    function testOneNoteTwiceInOneFoldOrTwo() external {
        open(11);
        skip(INTERVAL);
        FoldSignals memory twice = foldSignals(11, 12);
        twice.nullifiers[1] = twice.nullifiers[0];
        prove(twice, ALICE);
        vm.expectPartialRevert(IAccountRegistry.NullifierSpent.selector);
        vm.prank(ALICE);
        registry.fold(0, twice, noProof, deadline);

        FoldSignals memory first = prove(foldSignals(11, 12), ALICE);
        vm.prank(ALICE);
        registry.fold(0, first, noProof, deadline);
        skip(INTERVAL);
        FoldSignals memory second = foldSignals(12, 13);
        second.nullifiers[1] = first.nullifiers[0];
        prove(second, ALICE);
        vm.expectPartialRevert(IAccountRegistry.NullifierSpent.selector);
        vm.prank(ALICE);
        registry.fold(0, second, noProof, deadline);
    }

    function testNullifierCantPassForCipher() external {
        // The same list of signals, cut elsewhere: the second nullifier would go unrecorded.
        FoldSignals memory s = prove(foldSignals(0, 11), ALICE);
        FoldSignals memory cut = foldSignals(0, 11);
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
        FoldSignals memory s = foldSignals(0, 11);
        s.nullifiers[0] += Protocol.FIELD;
        prove(s, ALICE);
        vm.expectPartialRevert(IVerifiers.InvalidProof.selector);
        vm.prank(ALICE);
        registry.open(Tier.T, s, noProof, deadline);
    }

    function testOpeningAndFoldingDontMix() external {
        FoldSignals memory noNullifier = foldSignals(0, 11);
        noNullifier.openingNullifier = 0;
        prove(noNullifier, ALICE);
        FoldSignals memory fromZero = prove(foldSignals(0, 11), ALICE);
        FoldSignals memory fromOther = prove(foldSignals(5, 11), ALICE);
        vm.startPrank(ALICE);
        vm.expectPartialRevert(IAccountRegistry.OpeningMismatch.selector);
        registry.open(Tier.T, noNullifier, noProof, deadline);
        vm.expectPartialRevert(IAccountRegistry.OpeningMismatch.selector);
        registry.fold(0, fromZero, noProof, deadline);
        vm.expectPartialRevert(IAccountRegistry.OpeningMismatch.selector);
        registry.open(Tier.T, fromOther, noProof, deadline);
        vm.expectPartialRevert(ReplacingTree.NoSuchLeaf.selector);
        registry.fold(0, fromOther, noProof, deadline);
    }

    function testOtherSlotAndOtherTier() external {
        open(11);
        open(22);
        skip(INTERVAL);
        FoldSignals memory s = prove(foldSignals(11, 12), ALICE);
        vm.startPrank(ALICE);
        vm.expectPartialRevert(IAccountRegistry.NotCurrent.selector);
        registry.fold(1, s, noProof, deadline);
        FoldSignals memory big = foldSignals(0, 33);
        vm.expectPartialRevert(Signals.SignalLength.selector);
        registry.open(Tier.M, big, noProof, deadline);
        big.nullifiers = new uint256[](4);
        big.cipher = new uint256[](17);
        vm.expectPartialRevert(IVerifiers.NoVerifier.selector);
        registry.open(Tier.L, big, noProof, deadline);
    }

    // ── notes roots ──────────────────────────────────────────────────────────────────────────────────────────────

    function testFoldsOnlyUnderGoodNotesRoots() external {
        FoldSignals memory early = prove(foldSignals(0, 11), ALICE);
        roots.set(VAULT, RootSlot.NOTES, 99, block.timestamp);
        notes.join(1);
        FoldSignals memory made = foldSignals(0, 11);
        made.notesRoot = 5;
        prove(made, ALICE);
        vm.startPrank(ALICE);
        vm.expectPartialRevert(IAccountRegistry.UnknownNotesRoot.selector);
        registry.open(Tier.T, made, noProof, deadline);
        // A root that was replaced while the proof was on its way is good, but not for ever.
        skip(1 days + 1);
        vm.expectPartialRevert(IAccountRegistry.UnknownNotesRoot.selector);
        registry.open(Tier.T, early, noProof, deadline);
        vm.warp(block.timestamp - 1);
        registry.open(Tier.T, early, noProof, deadline);
    }

    function testJoiningNotes() external {
        vm.expectPartialRevert(IIssuerNotes.UnknownIssuer.selector);
        notes.join(2);
        vm.expectPartialRevert(IIssuerNotes.NothingNew.selector);
        notes.join(1);
        roots.set(VAULT, RootSlot.NOTES, 99, block.timestamp);
        roots.setFrozen(true);
        vm.expectPartialRevert(IIssuerNotes.RouteFrozen.selector);
        notes.join(1);
        roots.setFrozen(false);
        notes.join(1);
        vm.assertEq(notes.issuerRoot(1), 99);
        vm.expectPartialRevert(IIssuerNotes.NothingNew.selector);
        notes.join(1);
    }

    function testARootThatAConflictVoidedDropsOut() external {
        uint256 empty = notes.notesRoot();
        roots.set(VAULT, RootSlot.NOTES, 99, block.timestamp);
        notes.join(1);
        uint256 forged = notes.notesRoot();
        roots.set(VAULT, RootSlot.NOTES, 0, 0);
        notes.join(1);
        vm.assertEq(notes.issuerRoot(1), 0);
        vm.assertEq(notes.notesRoot(), empty);
        skip(1 days + 1);
        vm.assertFalse(notes.isNotesRoot(forged));
    }

    function testIssuersAreDistinct() external {
        Issuer[] memory issuers = new Issuer[](2);
        issuers[0] = Issuer(1, roots, VAULT);
        issuers[1] = Issuer(1, roots, address(1));
        vm.expectPartialRevert(IIssuerNotes.BadIssuer.selector);
        new IssuerNotes(issuers, 1);
        issuers[1] = Issuer(2, roots, VAULT);
        vm.expectPartialRevert(IIssuerNotes.BadIssuer.selector);
        new IssuerNotes(issuers, 1);
        issuers[1] = Issuer(0, roots, address(1));
        vm.expectPartialRevert(IIssuerNotes.BadIssuer.selector);
        new IssuerNotes(issuers, 1);
    }

    // ── pace, books and pauses ─────────────────────────────────────────────────────────────────────────────────────

    function testFoldsArePacedAndLowersAreNot() external {
        open(11);
        FoldSignals memory f = prove(foldSignals(11, 12), ALICE);
        vm.expectPartialRevert(IAccountRegistry.FoldTooSoon.selector);
        vm.prank(ALICE);
        registry.fold(0, f, noProof, deadline);
        LowerSignals memory l = prove(lowerSignals(11, 12, 0), false, ALICE);
        vm.prank(ALICE);
        registry.lower(0, false, l, noProof, deadline);
    }

    function testLowersOnTheNewestBookOnlyWhileItLasts() external {
        open(11);
        LowerSignals memory old = prove(lowerSignals(11, 12, 77), false, ALICE);
        skip(EPOCH / 2);
        publish(BOOK + 1);
        vm.expectPartialRevert(IAccountRegistry.NotNewestBook.selector);
        vm.prank(ALICE);
        registry.lower(0, false, old, noProof, deadline);

        LowerSignals memory late = prove(lowerSignals(11, 12, 77), false, ALICE);
        skip(EPOCH + 1);
        vm.expectPartialRevert(IAccountRegistry.NotNewestBook.selector);
        vm.prank(ALICE);
        registry.lower(0, false, late, noProof, deadline);
    }

    function testMovesRightOnAnyBookPassEveryPause() external {
        open(11);
        LowerSignals memory s = prove(lowerSignals(11, 12, 77), true, ALICE);
        LowerSignals memory unknown = lowerSignals(11, 12, 77);
        unknown.bookRoot = 5;
        prove(unknown, true, ALICE);
        skip(EPOCH / 2);
        publishMove(BOOK + 1, 99_999);
        vm.prank(GUARDIAN);
        registry.pause();
        vm.startPrank(ALICE);
        // A proof of the one claim is none of the other, nor the other way round.
        vm.expectPartialRevert(IAccountRegistry.LoweringPaused.selector);
        registry.lower(0, false, s, noProof, deadline);
        vm.expectPartialRevert(IAccountRegistry.UnknownBook.selector);
        registry.lower(0, true, unknown, noProof, deadline);
        registry.lower(0, true, s, noProof, deadline);
        vm.stopPrank();

        LowerSignals memory plain = prove(lowerSignals(12, 13, 78), false, ALICE);
        vm.expectPartialRevert(IVerifiers.InvalidProof.selector);
        vm.prank(ALICE);
        registry.lower(0, true, plain, noProof, deadline);
    }

    function testPausesStopLoweringAndNothingElse() external {
        open(11);
        vm.expectPartialRevert(Guarded.NotGuardian.selector);
        vm.prank(ALICE);
        registry.pause();
        vm.prank(GUARDIAN);
        registry.pause();
        LowerSignals memory l = prove(lowerSignals(11, 12, 77), false, ALICE);
        vm.expectRevert(IAccountRegistry.LoweringPaused.selector);
        vm.prank(ALICE);
        registry.lower(0, false, l, noProof, deadline);
        open(22);
        skip(INTERVAL);
        FoldSignals memory f = prove(foldSignals(11, 12), ALICE);
        vm.prank(ALICE);
        registry.fold(0, f, noProof, deadline);

        vm.expectRevert();
        vm.prank(GUARDIAN);
        registry.unpause();
        vm.prank(OWNER);
        registry.unpause();
    }

    function testLargePriceMoveStopsLowering() external {
        open(11);
        skip(60);
        publishMove(BOOK + 1, 10_001);
        LowerSignals memory l = prove(lowerSignals(11, 12, 77), false, ALICE);
        vm.startPrank(ALICE);
        vm.expectRevert(IAccountRegistry.LoweringPaused.selector);
        registry.lower(0, false, l, noProof, deadline);
    }
}
