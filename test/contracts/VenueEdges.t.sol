// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {VenueOutbox} from "contracts/VenueOutbox.sol";
import {Protocol} from "contracts/generated/Protocol.sol";
import {ILine, SolvencyProof} from "contracts/interfaces/ILine.sol";
import {IVenueOutbox, Posting} from "contracts/interfaces/IVenueOutbox.sol";
import {Lines} from "./support/Lines.sol";

/// @notice A venue's rules at their edges. Alice's line is of 100 lots, and so are those of the three aliases after hers.
contract VenueEdgesTest is Lines {
    address private constant ENGINE = address(0xE9);
    VenueOutbox private venue;

    function setUp() external {
        setUpLines();
        venue = new VenueOutbox(ISSUER, config(), 2, 0, ENGINE, OWNER);
        for (uint256 i = 0; i < 4; i++) {
            show(i, 10_000, 100, 0);
        }
    }

    function show(uint256 who, uint16 coverage, uint40 booked, uint40 received) private {
        Shown memory s = shown(coverage, coverage == 10_000, booked, received);
        s.alias_ = ALIAS + who;
        SolvencyProof memory proof = proofOf(address(venue), s);
        vm.prank(ALICE);
        if (s.withSpendKey) venue.authorise(proof);
        else venue.prove(proof);
    }

    function post(uint40 released, uint40 unreceived, bool exposed) private {
        Posting[] memory list = new Posting[](1);
        list[0] = Posting(ALIAS, released, unreceived, exposed);
        uint256 next = venue.lastSerial();
        vm.prank(ENGINE);
        venue.post(next, 0xba7c4, list, "");
    }

    function staysOpen() private {
        vm.expectRevert(abi.encodeWithSelector(ILine.StillOpen.selector, ALIAS));
        vm.prank(ALICE);
        venue.close(ALIAS);
    }

    /// @dev Everything that was released is received, but 40 lots of the line are still there to be used.
    function testClosesOnlyWhenTheWholeLineIsReleased() external {
        post(60, 0, false);
        show(0, 8_000, 100, 60);
        staysOpen();
        post(40, 0, false);
        show(0, 8_000, 100, 100);
        vm.prank(ALICE);
        venue.close(ALIAS);
    }

    /// @dev The line is released and received, but a position is left.
    function testClosesOnlyWithoutPositions() external {
        post(100, 0, true);
        show(0, 8_000, 100, 100);
        staysOpen();
    }

    /// @dev The line is released and no position is left, but the last note isn't received.
    function testClosesOnlyWhenTheLastNoteIsReceived() external {
        post(99, 0, false);
        post(1, 0, false);
        show(0, 8_000, 100, 99);
        staysOpen();
    }

    /// @dev An older state shown later takes back nothing of what was received.
    function testReceivedNeverFalls() external {
        post(100, 0, false);
        show(0, 8_000, 100, 100);
        show(0, 8_000, 100, 60);
        vm.assertEq(venue.lineOf(ALIAS).received, 100);
    }

    /// @dev Nothing open, nothing to default on: not even a proof is needed any more.
    function testAnEmptyLineNeverLapses() external {
        post(100, 0, false);
        skip(30 days);
        vm.expectRevert(abi.encodeWithSelector(ILine.NotLapsed.selector, ALIAS));
        venue.lapse(ALIAS);
    }

    function testABatchHasAsManyNotesAsLeaves() external {
        Posting[] memory full = new Posting[](4);
        for (uint256 i = 0; i < 4; i++) {
            full[i] = Posting(ALIAS + i, 1, 0, true);
        }
        vm.startPrank(ENGINE);
        venue.post(0, 0xba7c4, full, "");
        vm.expectRevert(abi.encodeWithSelector(IVenueOutbox.BadBatch.selector, 5, 4));
        venue.post(1, 0xba7c4, new Posting[](5), "");
    }

    /// @dev A tree of one batch has no path for a second one's notes.
    function testABatchIsLessDeepThanTheTree() external {
        new VenueOutbox(ISSUER, config(), Protocol.TREE_DEPTH - 1, 0, ENGINE, OWNER);
        vm.expectRevert(ILine.BadConfiguration.selector);
        new VenueOutbox(ISSUER, config(), Protocol.TREE_DEPTH, 0, ENGINE, OWNER);
    }

    function testRootsJustBelowTheFieldsOrderAreTaken() external {
        Posting[] memory list = new Posting[](1);
        list[0] = Posting(ALIAS, 1, 0, false);
        vm.prank(ENGINE);
        venue.post(0, Protocol.FIELD - 1, list, "");
    }
}
