// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {RiskTable} from "contracts/RiskTable.sol";
import {SignerSets} from "contracts/base/SignerSets.sol";
import {Protocol} from "contracts/generated/Protocol.sol";
import {Epoch, IRiskTable, Signature} from "contracts/interfaces/IRiskTable.sol";
import {World} from "./support/World.sol";

contract RiskTableTest is World {
    function setUp() external {
        setUpWorld();
    }

    function next() private view returns (Epoch memory) {
        uint48 time = uint48(block.timestamp);
        return Epoch(epochNumber + 1, TABLE + 1, time, time + 60, 100);
    }

    function refuse(Epoch memory epoch, bytes4 why) private {
        Signature[] memory signatures = signEpoch(table, epoch, 1, 3);
        vm.expectPartialRevert(why);
        table.publish(epoch, 1, signatures);
    }

    function testEpochsThatAreRefused() external {
        skip(60);
        Epoch memory epoch = next();
        epoch.number = epochNumber;
        refuse(epoch, IRiskTable.EpochNotNewer.selector);
        epoch = next();
        epoch.asOf = uint48(START);
        refuse(epoch, IRiskTable.EpochNotNewer.selector);
        epoch = next();
        epoch.asOf += 1;
        refuse(epoch, IRiskTable.BadEpochTimes.selector);
        epoch = next();
        epoch.notAfter = uint48(block.timestamp - 1);
        refuse(epoch, IRiskTable.BadEpochTimes.selector);
        epoch = next();
        epoch.notAfter = uint48(block.timestamp + EPOCH + 1);
        refuse(epoch, IRiskTable.BadEpochTimes.selector);
        epoch = next();
        epoch.root = TABLE;
        refuse(epoch, IRiskTable.BadTableRoot.selector);
        epoch.root = 0;
        refuse(epoch, IRiskTable.BadTableRoot.selector);
        epoch.root = Protocol.FIELD;
        refuse(epoch, IRiskTable.BadTableRoot.selector);
        publish(TABLE + 1);
    }

    function testSignaturesThatAreRefused() external {
        skip(60);
        Epoch memory epoch = next();
        Signature[] memory good = signEpoch(table, epoch, 1, 3);
        Signature[] memory two = signEpoch(table, epoch, 1, 2);
        vm.expectPartialRevert(SignerSets.TooFewSignatures.selector);
        table.publish(epoch, 1, two);
        Signature[] memory twice = signEpoch(table, epoch, 1, 3);
        twice[1] = twice[0];
        vm.expectPartialRevert(SignerSets.PlacesNotAscending.selector);
        table.publish(epoch, 1, twice);
        twice = signEpoch(table, epoch, 1, 3);
        twice[2].place = 3;
        vm.expectPartialRevert(SignerSets.BadSignature.selector);
        table.publish(epoch, 1, twice);
        twice[2].place = 4;
        vm.expectPartialRevert(SignerSets.BadSignature.selector);
        table.publish(epoch, 1, twice);
        epoch.largestMove += 1;
        vm.expectPartialRevert(SignerSets.BadSignature.selector);
        table.publish(epoch, 1, good);
        epoch.largestMove -= 1;
        vm.chainId(block.chainid + 1);
        vm.expectPartialRevert(SignerSets.BadSignature.selector);
        table.publish(epoch, 1, good);
    }

    function testSignaturesForAnotherTable() external {
        skip(60);
        RiskTable other = new RiskTable(reporters(), 3, OWNER, OVERLAP, EPOCH, 10_000);
        Epoch memory epoch = next();
        Signature[] memory signatures = signEpoch(other, epoch, 1, 3);
        vm.expectPartialRevert(SignerSets.BadSignature.selector);
        table.publish(epoch, 1, signatures);
    }

    function testRotationKeepsMessagesOnTheirWayAndNeverMixesSets() external {
        skip(60);
        Epoch memory epoch = next();
        Signature[] memory old = signEpoch(table, epoch, 1, 3);
        Signature[] memory early = signEpoch(table, epoch, 2, 3);
        vm.expectPartialRevert(SignerSets.SetNotInForce.selector);
        table.publish(epoch, 2, early);
        vm.prank(OWNER);
        table.rotate(reporters(), 3, 100);
        // Signed for the first set, sent as the second's, though the members are the same.
        vm.expectPartialRevert(SignerSets.BadSignature.selector);
        table.publish(epoch, 2, old);
        table.publish(epoch, 1, old);
        epochNumber++;
        skip(100);
        epoch = Epoch(epochNumber + 1, TABLE + 2, uint48(block.timestamp), uint48(block.timestamp + 60), 1);
        old = signEpoch(table, epoch, 1, 3);
        vm.expectPartialRevert(SignerSets.SetNotInForce.selector);
        table.publish(epoch, 1, old);

        vm.expectRevert();
        vm.prank(ALICE);
        table.rotate(reporters(), 3, 100);
        vm.prank(OWNER);
        vm.expectPartialRevert(SignerSets.BadSignerSet.selector);
        table.rotate(reporters(), 2, 100);
    }

    function testOnlyTheNewestAndTheOneBeforeAreGood() external {
        vm.assertEq(table.goodUntil(TABLE), START + EPOCH + OVERLAP);
        vm.assertEq(table.goodUntil(TABLE + 1), 0);
        vm.assertEq(table.goodUntil(0), 0);
        skip(60);
        publish(TABLE + 1);
        vm.assertEq(table.goodUntil(TABLE), START + 60 + OVERLAP);
        skip(60);
        publish(TABLE + 2);
        vm.assertEq(table.goodUntil(TABLE), 0);
        vm.assertEq(table.goodUntil(TABLE + 1), START + 120 + OVERLAP);
        vm.assertEq(table.epochOf(TABLE).number, 1);
    }

    function testStalledSecondsCountOnlyWhatNoEpochCovered() external {
        skip(EPOCH);
        vm.assertEq(table.stalledSeconds(), 0);
        skip(500);
        vm.assertEq(table.stalledSeconds(), 500);
        publish(TABLE + 1);
        vm.assertEq(table.stalledSeconds(), 500);
        skip(EPOCH);
        vm.assertEq(table.stalledSeconds(), 500);
        skip(7);
        vm.assertEq(table.stalledSeconds(), 507);
    }

    function testPausesByMoveAndByGuardian() external {
        vm.assertFalse(table.isPaused());
        skip(60);
        publishMove(TABLE + 1, 10_000);
        vm.assertFalse(table.isPaused());
        skip(60);
        publishMove(TABLE + 2, 10_001);
        vm.assertTrue(table.isPaused());
        skip(60);
        publish(TABLE + 3);
        vm.assertFalse(table.isPaused());
        vm.prank(GUARDIAN);
        table.pause();
        vm.assertTrue(table.isPaused());
        // A pause never stops data.
        skip(60);
        publish(TABLE + 4);
    }

    // ── reporters who contradict themselves ────────────────────────────────────────────────────────────────────────

    function twins() private view returns (Epoch memory first, Epoch memory second) {
        (first, second) = (next(), next());
        second.root += 1;
    }

    function challenge(uint256 set, Epoch memory first, Epoch memory second, uint256 signers, bytes4 why) private {
        Signature[] memory one_ = signEpoch(table, first, set, 3);
        Signature[] memory other = signEpoch(table, second, set, signers);
        if (why != 0) vm.expectPartialRevert(why);
        table.challenge(set, first, one_, second, other);
    }

    function testTwoEpochsOfOneNumberPauseUntilOthersReport() external {
        skip(60);
        (Epoch memory first, Epoch memory second) = twins();
        Signature[] memory published = signEpoch(table, first, 1, 3);
        table.publish(first, 1, published);
        epochNumber++;
        vm.prank(BOB);
        challenge(1, first, second, 3, 0);
        vm.assertTrue(table.isPaused());
        // Data goes on, and the guardian's pause and its end are another matter.
        skip(60);
        publish(TABLE + 3);
        vm.prank(GUARDIAN);
        table.pause();
        vm.prank(OWNER);
        table.unpause();
        vm.assertTrue(table.isPaused());
        challenge(1, first, second, 3, 0);

        vm.prank(OWNER);
        table.rotate(reporters(), 3, 1 days);
        vm.assertFalse(table.isPaused());
        // The set is dropped, whatever the owner said, and with it what it signed.
        challenge(1, first, second, 3, SignerSets.SetNotInForce.selector);
        skip(60);
        Epoch memory late = next();
        Signature[] memory old = signEpoch(table, late, 1, 3);
        vm.expectPartialRevert(SignerSets.SetNotInForce.selector);
        table.publish(late, 1, old);
        publish(TABLE + 4);
    }

    function testWhatIsNoContradiction() external {
        (Epoch memory first, Epoch memory second) = twins();
        bytes4 none = IRiskTable.NoContradiction.selector;
        challenge(1, first, first, 3, none);
        second.number += 1;
        challenge(1, first, second, 3, none);
        second.number -= 1;
        // Half a set, nobody, somebody else, a set that isn't, another table's signatures.
        challenge(1, first, second, 2, SignerSets.TooFewSignatures.selector);
        challenge(1, first, second, 0, SignerSets.TooFewSignatures.selector);
        challenge(2, first, second, 3, SignerSets.SetNotInForce.selector);
        challenge(0, first, second, 3, SignerSets.SetNotInForce.selector);
        Signature[] memory good = signEpoch(table, first, 1, 3);
        vm.expectPartialRevert(SignerSets.BadSignature.selector);
        table.challenge(1, first, good, second, good);
        RiskTable other = new RiskTable(reporters(), 3, OWNER, OVERLAP, EPOCH, 10_000);
        Signature[] memory elsewhere = signEpoch(other, second, 1, 3);
        vm.expectPartialRevert(SignerSets.BadSignature.selector);
        table.challenge(1, first, good, second, elsewhere);
        vm.assertFalse(table.isPaused());
    }

    /// @dev One epoch that both sets signed while reporters rotated is no contradiction, nor are two of two sets.
    function testSetsDontContradictEachOther() external {
        (Epoch memory first, Epoch memory second) = twins();
        Signature[] memory old = signEpoch(table, first, 1, 3);
        vm.prank(OWNER);
        table.rotate(reporters(), 3, 100);
        Signature[] memory new_ = signEpoch(table, second, 2, 3);
        vm.expectPartialRevert(SignerSets.BadSignature.selector);
        table.challenge(1, first, old, second, new_);
        vm.expectPartialRevert(SignerSets.BadSignature.selector);
        table.challenge(2, first, old, second, new_);
        // The set before, while it is still good, can contradict itself.
        challenge(1, first, second, 3, 0);
        vm.assertTrue(table.isPaused());
    }

    function testEveryPartOfAnEpochCounts() external {
        for (uint256 part = 0; part < 4; part++) {
            (Epoch memory first,) = twins();
            Epoch memory second = next();
            if (part == 0) second.root += 1;
            if (part == 1) second.asOf += 1;
            if (part == 2) second.notAfter += 1;
            if (part == 3) second.largestMove += 1;
            challenge(table.currentSet(), first, second, 3, 0);
            vm.assertTrue(table.isPaused());
            vm.prank(OWNER);
            table.rotate(reporters(), 3, 0);
        }
    }
}
