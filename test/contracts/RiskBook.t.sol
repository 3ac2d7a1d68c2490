// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {RiskBook} from "contracts/RiskBook.sol";
import {SignerSets} from "contracts/base/SignerSets.sol";
import {Protocol} from "contracts/generated/Protocol.sol";
import {Epoch, IRiskBook, Signature} from "contracts/interfaces/IRiskBook.sol";
import {World} from "./support/World.sol";

contract RiskBookTest is World {
    function setUp() external {
        setUpWorld();
    }

    function next() private view returns (Epoch memory) {
        uint48 time = uint48(block.timestamp);
        return Epoch(epochNumber + 1, BOOK + 1, time, time + 60, 100);
    }

    function refuse(Epoch memory epoch, bytes4 why) private {
        Signature[] memory signatures = signEpoch(book, epoch, 1, 3);
        vm.expectPartialRevert(why);
        book.publish(epoch, 1, signatures);
    }

    function testEpochsThatAreRefused() external {
        skip(60);
        Epoch memory epoch = next();
        epoch.number = epochNumber;
        refuse(epoch, IRiskBook.EpochNotNewer.selector);
        epoch = next();
        epoch.asOf = uint48(START);
        refuse(epoch, IRiskBook.EpochNotNewer.selector);
        epoch = next();
        epoch.asOf += 1;
        refuse(epoch, IRiskBook.BadEpochTimes.selector);
        epoch = next();
        epoch.notAfter = uint48(block.timestamp - 1);
        refuse(epoch, IRiskBook.BadEpochTimes.selector);
        epoch = next();
        epoch.notAfter = uint48(block.timestamp + EPOCH + 1);
        refuse(epoch, IRiskBook.BadEpochTimes.selector);
        epoch = next();
        epoch.root = BOOK;
        refuse(epoch, IRiskBook.BadBookRoot.selector);
        epoch.root = 0;
        refuse(epoch, IRiskBook.BadBookRoot.selector);
        epoch.root = Protocol.FIELD;
        refuse(epoch, IRiskBook.BadBookRoot.selector);
        publish(BOOK + 1);
    }

    function testSignaturesThatAreRefused() external {
        skip(60);
        Epoch memory epoch = next();
        Signature[] memory good = signEpoch(book, epoch, 1, 3);
        Signature[] memory two = signEpoch(book, epoch, 1, 2);
        vm.expectPartialRevert(SignerSets.TooFewSignatures.selector);
        book.publish(epoch, 1, two);
        Signature[] memory twice = signEpoch(book, epoch, 1, 3);
        twice[1] = twice[0];
        vm.expectPartialRevert(SignerSets.PlacesNotAscending.selector);
        book.publish(epoch, 1, twice);
        twice = signEpoch(book, epoch, 1, 3);
        twice[2].place = 3;
        vm.expectPartialRevert(SignerSets.BadSignature.selector);
        book.publish(epoch, 1, twice);
        twice[2].place = 4;
        vm.expectPartialRevert(SignerSets.BadSignature.selector);
        book.publish(epoch, 1, twice);
        epoch.largestMove += 1;
        vm.expectPartialRevert(SignerSets.BadSignature.selector);
        book.publish(epoch, 1, good);
        epoch.largestMove -= 1;
        vm.chainId(block.chainid + 1);
        vm.expectPartialRevert(SignerSets.BadSignature.selector);
        book.publish(epoch, 1, good);
    }

    function testSignaturesForAnotherBook() external {
        skip(60);
        RiskBook other = new RiskBook(reporters(), 3, OWNER, OVERLAP, EPOCH, 10_000);
        Epoch memory epoch = next();
        Signature[] memory signatures = signEpoch(other, epoch, 1, 3);
        vm.expectPartialRevert(SignerSets.BadSignature.selector);
        book.publish(epoch, 1, signatures);
    }

    function testRotationKeepsMessagesOnTheirWayAndNeverMixesSets() external {
        skip(60);
        Epoch memory epoch = next();
        Signature[] memory old = signEpoch(book, epoch, 1, 3);
        Signature[] memory early = signEpoch(book, epoch, 2, 3);
        vm.expectPartialRevert(SignerSets.SetNotInForce.selector);
        book.publish(epoch, 2, early);
        vm.prank(OWNER);
        book.rotate(reporters(), 3, 100);
        // Signed for the first set, sent as the second's, though the members are the same.
        vm.expectPartialRevert(SignerSets.BadSignature.selector);
        book.publish(epoch, 2, old);
        book.publish(epoch, 1, old);
        epochNumber++;
        skip(100);
        epoch = Epoch(epochNumber + 1, BOOK + 2, uint48(block.timestamp), uint48(block.timestamp + 60), 1);
        old = signEpoch(book, epoch, 1, 3);
        vm.expectPartialRevert(SignerSets.SetNotInForce.selector);
        book.publish(epoch, 1, old);

        vm.expectRevert();
        vm.prank(ALICE);
        book.rotate(reporters(), 3, 100);
        vm.prank(OWNER);
        vm.expectPartialRevert(SignerSets.BadSignerSet.selector);
        book.rotate(reporters(), 2, 100);
    }

    function testOnlyTheNewestAndTheOneBeforeAreGood() external {
        vm.assertEq(book.goodUntil(BOOK), START + EPOCH + OVERLAP);
        vm.assertEq(book.goodUntil(BOOK + 1), 0);
        vm.assertEq(book.goodUntil(0), 0);
        skip(60);
        publish(BOOK + 1);
        vm.assertEq(book.goodUntil(BOOK), START + 60 + OVERLAP);
        skip(60);
        publish(BOOK + 2);
        vm.assertEq(book.goodUntil(BOOK), 0);
        vm.assertEq(book.goodUntil(BOOK + 1), START + 120 + OVERLAP);
        vm.assertEq(book.epochOf(BOOK).number, 1);
    }

    function testStalledSecondsCountOnlyWhatNoEpochCovered() external {
        skip(EPOCH);
        vm.assertEq(book.stalledSeconds(), 0);
        skip(500);
        vm.assertEq(book.stalledSeconds(), 500);
        publish(BOOK + 1);
        vm.assertEq(book.stalledSeconds(), 500);
        skip(EPOCH);
        vm.assertEq(book.stalledSeconds(), 500);
        skip(7);
        vm.assertEq(book.stalledSeconds(), 507);
    }

    function testPausesByMoveAndByGuardian() external {
        vm.assertFalse(book.isPaused());
        skip(60);
        publishMove(BOOK + 1, 10_000);
        vm.assertFalse(book.isPaused());
        skip(60);
        publishMove(BOOK + 2, 10_001);
        vm.assertTrue(book.isPaused());
        skip(60);
        publish(BOOK + 3);
        vm.assertFalse(book.isPaused());
        vm.prank(GUARDIAN);
        book.pause();
        vm.assertTrue(book.isPaused());
        // A pause never stops data.
        skip(60);
        publish(BOOK + 4);
    }
}
