// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {VenueOutbox} from "contracts/VenueOutbox.sol";
import {Protocol} from "contracts/generated/Protocol.sol";
import {ILine, SolvencyProof} from "contracts/interfaces/ILine.sol";
import {IVenueOutbox, Posting} from "contracts/interfaces/IVenueOutbox.sol";
import {GrowingTree} from "contracts/lib/GrowingTree.sol";
import {RootSlot} from "contracts/lib/RootSlot.sol";
import {Lines} from "./support/Lines.sol";

contract VenueOutboxTest is Lines {
    address private constant ENGINE = address(0xE9);
    uint256 private constant WINDOW = 1 minutes;
    VenueOutbox private venue;

    function setUp() external {
        setUpLines();
        venue = new VenueOutbox(ISSUER, config(), 2, WINDOW, ENGINE, OWNER);
        SolvencyProof memory proof = proofOf(address(venue), shown(10_000, true, 100, 0));
        vm.prank(ALICE);
        venue.authorise(proof);
    }

    function posting(uint40 released, uint40 unreceived, bool exposed) private pure returns (Posting[] memory list) {
        list = new Posting[](1);
        list[0] = Posting(ALIAS, released, unreceived, exposed);
    }

    function post(Posting[] memory list) private {
        uint256 next = venue.lastSerial();
        vm.prank(ENGINE);
        venue.post(next, 0xba7c4, list, "encrypted");
    }

    function refuse(Posting[] memory list, bytes4 why) private {
        uint256 next = venue.lastSerial();
        vm.expectPartialRevert(why);
        vm.prank(ENGINE);
        venue.post(next, 0xba7c4, list, "");
    }

    function testPostsABatch() external {
        post(posting(10, 50, true));
        vm.assertEq(venue.currentRoot(RootSlot.NOTES), 0xba7c4);
        vm.assertEq(venue.lineOf(ALIAS).released, 10);
        vm.assertEq(venue.usableLots(ALIAS), 90);
    }

    function testWhoPostsAndWhen() external {
        vm.expectPartialRevert(IVenueOutbox.NotEngine.selector);
        vm.prank(OWNER);
        venue.post(0, 1, posting(1, 0, false), "");
        post(posting(1, 0, false));
        refuse(posting(1, 0, false), IVenueOutbox.WindowNotOver.selector);
        skip(WINDOW);
        post(posting(1, 0, false));
    }

    /// @dev An engine that lost its records, or a second one, can't post what was posted, nor where wallets don't look.
    function testABatchIsPostedByItsNumber() external {
        vm.startPrank(ENGINE);
        vm.expectRevert(abi.encodeWithSelector(IVenueOutbox.NotNextBatch.selector, 1, 0));
        venue.post(1, 0xba7c4, posting(1, 0, false), "");
        venue.post(0, 0xba7c4, posting(1, 0, false), "");
        skip(WINDOW);
        vm.expectRevert(abi.encodeWithSelector(IVenueOutbox.NotNextBatch.selector, 0, 1));
        venue.post(0, 0xba7c4, posting(1, 0, false), "");
        venue.post(1, 0xba7c4, posting(1, 0, false), "");
    }

    function testUnreceivedExposureGrowsNoFurtherThanTheLine() external {
        refuse(posting(50, 51, true), ILine.BeyondLine.selector);
        refuse(posting(101, 0, true), ILine.BeyondLine.selector);
        post(posting(50, 50, true));
        skip(WINDOW);
        // A loss that leaves the line short is recorded, as long as exposure doesn't grow.
        post(posting(20, 50, true));
        skip(WINDOW);
        refuse(posting(1, 51, true), ILine.BeyondLine.selector);
    }

    function testEveryNoteReleasesAndEveryAliasOncePerBatch() external {
        refuse(posting(0, 0, true), IVenueOutbox.NothingReleased.selector);
        Posting[] memory twice = new Posting[](2);
        (twice[0], twice[1]) = (Posting(ALIAS, 1, 0, true), Posting(ALIAS, 1, 0, true));
        refuse(twice, IVenueOutbox.BadBatch.selector);
        refuse(new Posting[](0), IVenueOutbox.BadBatch.selector);
        refuse(new Posting[](5), IVenueOutbox.BadBatch.selector);
        Posting[] memory stranger = posting(1, 0, true);
        stranger[0].alias_ = ALIAS + 1;
        refuse(stranger, ILine.WrongStatus.selector);
    }

    function testBatchRootsAreFieldElements() external {
        vm.startPrank(ENGINE);
        vm.expectPartialRevert(IVenueOutbox.BadBatchRoot.selector);
        venue.post(0, 0, posting(1, 0, true), "");
        vm.expectPartialRevert(IVenueOutbox.BadBatchRoot.selector);
        venue.post(0, Protocol.FIELD, posting(1, 0, true), "");
    }

    function testALineWithPositionsMustBeProven() external {
        post(posting(100, 0, true));
        vm.expectPartialRevert(ILine.StillOpen.selector);
        vm.prank(ALICE);
        venue.close(ALIAS);
        skip(EPOCH + OVERLAP + GRACE + STALL + 1);
        venue.lapse(ALIAS);
        skip(NOTICE);
        venue.declareDefault(ALIAS);
    }

    function testClosesOnlyWhenEverythingIsReceived() external {
        post(posting(100, 0, false));
        vm.expectPartialRevert(ILine.StillOpen.selector);
        vm.prank(ALICE);
        venue.close(ALIAS);
        // The alias shows that it has received all that was released to it.
        SolvencyProof memory proof = proofOf(address(venue), shown(8_000, false, 100, 100));
        vm.startPrank(ALICE);
        venue.prove(proof);
        venue.close(ALIAS);
        vm.stopPrank();
        skip(60 days);
        vm.expectPartialRevert(ILine.WrongStatus.selector);
        venue.lapse(ALIAS);
    }

    /// @dev Declared in default just before the batch that has its note: the batch is refused, and goes out without it at once.
    function testADefaultedAliasHoldsUpNoOther() external {
        skip(EPOCH + OVERLAP + GRACE + STALL + 1);
        venue.lapse(ALIAS);
        skip(NOTICE);
        publish(TABLE + 1);
        root(ACCOUNTS);
        Shown memory other = shown(10_000, true, 100, 0);
        other.alias_ = ALIAS + 1;
        SolvencyProof memory proof = proofOf(address(venue), other);
        vm.prank(ALICE);
        venue.authorise(proof);
        Posting[] memory both = new Posting[](2);
        (both[0], both[1]) = (Posting(ALIAS, 1, 0, true), Posting(ALIAS + 1, 1, 0, true));
        vm.prank(BOB);
        venue.declareDefault(ALIAS);
        refuse(both, ILine.WrongStatus.selector);
        Posting[] memory rest = posting(1, 0, true);
        rest[0].alias_ = ALIAS + 1;
        post(rest);
        vm.assertEq(venue.lineOf(ALIAS + 1).released, 1);
    }

    function testAnUnreleasedLineKeepsALineOpen() external {
        skip(EPOCH + OVERLAP + GRACE + STALL + 1);
        venue.lapse(ALIAS);
    }

    function testOnlyTheOperatorNamesTheKeyOfItsNotes() external {
        vm.expectPartialRevert(ILine.NotOperator.selector);
        vm.prank(BOB);
        venue.setNoteKey(ALIAS, "key");
        vm.prank(ALICE);
        venue.setNoteKey(ALIAS, "key");
    }

    function testBatchesFillTheTreeTogether() external {
        VenueOutbox small = new VenueOutbox(ISSUER, config(), 29, 0, ENGINE, OWNER);
        SolvencyProof memory proof = proofOf(address(small), shown(10_000, true, 100, 0));
        vm.prank(ALICE);
        small.authorise(proof);
        vm.startPrank(ENGINE);
        small.post(0, 1, posting(1, 0, true), "");
        small.post(1, 2, posting(1, 0, true), "");
        vm.expectPartialRevert(GrowingTree.TreeFull.selector);
        small.post(2, 3, posting(1, 0, true), "");
    }
}
