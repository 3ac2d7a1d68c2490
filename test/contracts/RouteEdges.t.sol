// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {Protocol} from "contracts/generated/Protocol.sol";
import {Signature} from "contracts/interfaces/IRiskTable.sol";
import {IRootMirror, RootProof} from "contracts/interfaces/IRootMirror.sol";
import {Routes} from "./support/Routes.sol";

/// @notice A route's rules at their edges, and through more than one conflict.
contract RouteEdgesTest is Routes {
    function setUp() external {
        setUpRoutes(OWNER);
    }

    /// @dev Two blocks of one height, both signed by the set in force.
    function conflict(uint256 number, string memory branch) private {
        attest(number, keccak256(abi.encode(branch, "one")));
        attest(number, keccak256(abi.encode(branch, "another")));
    }

    function announce() private {
        vm.prank(OWNER);
        mirror.scheduleThaw(reporters(), 3);
    }

    function thaw() private {
        vm.prank(OWNER);
        mirror.thaw(reporters(), 3);
    }

    function thawInTime() private {
        announce();
        skip(DELAY);
        thaw();
    }

    // ── conflicts ──────────────────────────────────────────────────────────────────────────────────────────────────

    /// @dev Once frozen from a height, a conflict above it gives nothing back.
    function testALaterConflictAboveVoidsNoLess() external {
        bring(5, START - 60, 0xabc);
        bring(6, START - 50, 0xdef);
        bring(7, START - 40, 0x123);
        attest(5, keccak256("another block"));
        attest(7, keccak256("another block"));
        vm.assertEq(mirror.frozenFrom(), 5);
        vm.assertEq(timeOf(0xabc), 0);
        vm.assertEq(timeOf(0xdef), 0);
    }

    /// @dev Heights below a conflict are still taken, so that a conflict there can be shown, and nothing else comes of them.
    function testSpendHeightsAreAttestedWhileFrozen() external {
        bring(6, START - 50, 0xdef);
        attest(6, keccak256("another block"));
        (bytes memory header, RootProof[] memory proofs) = block_(3, START - 60, 0xabc);
        attest(3, keccak256(header));
        vm.assertEq(mirror.attestedHash(3), keccak256(header));
        vm.expectRevert(IRootMirror.Frozen.selector);
        mirror.mirror(header, proofs);
        attest(3, keccak256("another block"));
        vm.assertEq(mirror.frozenFrom(), 3);
    }

    /// @dev At the height of a conflict no third hash counts either, nor does the first, shown again.
    function testNoHashOfAConflictsHeightCounts() external {
        bring(6, START - 50, 0xdef);
        attest(6, keccak256("another block"));
        attest(6, keccak256("a third"));
        (bytes memory header, RootProof[] memory proofs) = block_(6, START - 50, 0xdef);
        attest(6, keccak256(header));
        vm.expectRevert(IRootMirror.Frozen.selector);
        mirror.mirror(header, proofs);
        vm.assertEq(timeOf(0xdef), 0);
    }

    // ── thaws ──────────────────────────────────────────────────────────────────────────────────────────────────────

    function testWhatIsNotFrozenCantBeThawed() external {
        vm.expectRevert(IRootMirror.NotFrozen.selector);
        thaw();
        conflict(6, "first");
        thawInTime();
        vm.expectRevert(IRootMirror.NotFrozen.selector);
        thaw();
    }

    /// @dev Every conflict has its own delay: what was announced for the last one is used up.
    function testAnAnnouncementIsGoodForOneThaw() external {
        conflict(6, "first");
        thawInTime();
        conflict(7, "second");
        vm.expectRevert(abi.encodeWithSelector(IRootMirror.ThawNotDue.selector, 0));
        thaw();
        thawInTime();
        vm.assertFalse(mirror.isFrozen());
    }

    function testAnnouncingAgainStartsTheDelayAgain() external {
        conflict(6, "first");
        announce();
        skip(DELAY - 1);
        announce();
        skip(DELAY - 1);
        vm.expectPartialRevert(IRootMirror.ThawNotDue.selector);
        thaw();
        skip(1);
        thaw();
    }

    /// @dev Both the members and the threshold are announced.
    function testAThawHasTheThresholdThatWasAnnounced() external {
        conflict(6, "first");
        announce();
        skip(DELAY);
        vm.expectPartialRevert(IRootMirror.OtherThaw.selector);
        vm.prank(OWNER);
        mirror.thaw(reporters(), 4);
    }

    /// @dev Heights start without hashes: a block that the old attestors signed below the conflict must be signed again.
    function testHashesOfTheOldAttestorsAreForgotten() external {
        (bytes memory header, RootProof[] memory proofs) = block_(5, START - 60, 0xabc);
        attest(5, keccak256(header));
        conflict(6, "first");
        thawInTime();
        vm.assertEq(mirror.attestedHash(5), 0);
        vm.expectPartialRevert(IRootMirror.NotAttested.selector);
        mirror.mirror(header, proofs);
        attest(5, keccak256(header));
        mirror.mirror(header, proofs);
        vm.assertEq(latest(), 0xabc);
    }

    /// @dev What the first conflict voided stays void through a second one at a greater height.
    function testVoidedRootsStayVoidThroughLaterConflicts() external {
        bring(5, START - 60, 0xabc);
        bring(6, START - 50, 0xdef);
        attest(6, keccak256("another block"));
        thawInTime();
        conflict(9, "second");
        thawInTime();
        vm.assertEq(timeOf(0xdef), 0);
        vm.assertEq(timeOf(0xabc), START - 60);
        conflict(20, "third");
        vm.assertEq(timeOf(0xdef), 0);
    }

    /// @dev A root from below the first conflict and above the second is void: every conflict since counts.
    function testASpendSecondConflictVoidsWhatTheFirstLeft() external {
        bring(5, START - 60, 0xabc);
        conflict(6, "first");
        thawInTime();
        vm.assertEq(timeOf(0xabc), START - 60);
        conflict(5, "second");
        vm.assertEq(timeOf(0xabc), 0);
        thawInTime();
        vm.assertEq(timeOf(0xabc), 0);
    }

    /// @dev Another block of the void height becomes the newest one, though its number isn't greater.
    function testTheNewestRootComesBackAtTheSameHeight() external {
        bring(6, START - 50, 0xdef);
        attest(6, keccak256("another block"));
        thawInTime();
        bring(6, START - 50, 0x777);
        vm.assertEq(latest(), 0x777);
        vm.assertEq(timeOf(0xdef), 0);
    }

    // ── headers and roots ──────────────────────────────────────────────────────────────────────────────────────────

    /// @dev A quarter of an hour ahead is taken, as now.
    function testAClockMayBeAQuarterOfAnHourAhead() external {
        bring(5, START + 15 minutes, 0xabc);
        vm.assertEq(timeOf(0xabc), START);
    }

    /// @dev An older header, brought later, makes the route no older.
    function testAnOlderHeaderTakesNoFreshnessAway() external {
        skip(1000);
        bring(9, START + 990, 0xdef);
        skip(FRESH + 100);
        vm.assertEq(mirror.stalledSeconds(), 110);
        bring(5, START + 900, 0xabc);
        vm.assertEq(mirror.newestTime(), START + 990);
        vm.assertEq(mirror.stalledSeconds(), 110);
    }

    function testRootsAtTheEdgesOfTheField() external {
        bring(5, START - 60, Protocol.FIELD - 1);
        vm.assertEq(latest(), Protocol.FIELD - 1);
        noRoot(6, Protocol.FIELD);
        noRoot(7, 0);
    }

    function noRoot(uint256 number, uint256 value) private {
        (bytes memory header, RootProof[] memory proofs) = block_(number, START, value);
        attest(number, keccak256(header));
        vm.expectRevert(abi.encodeWithSelector(IRootMirror.NoRoot.selector, ACCOUNT, SLOT, value));
        mirror.mirror(header, proofs);
    }

    // ── signatures ─────────────────────────────────────────────────────────────────────────────────────────────────

    /// @dev What is signed names the height: the same hash at another height is another statement.
    function testAnAttestationIsForItsHeight() external {
        Signature[] memory signatures = attestation(5, keccak256("block"), 1);
        vm.expectRevert();
        mirror.attest(6, keccak256("block"), 1, signatures);
        mirror.attest(5, keccak256("block"), 1, signatures);
    }
}
