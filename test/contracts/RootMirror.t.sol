// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {RootMirror} from "contracts/RootMirror.sol";
import {SignerSets} from "contracts/base/SignerSets.sol";
import {Signature} from "contracts/interfaces/IRiskTable.sol";
import {IRootMirror, RootProof} from "contracts/interfaces/IRootMirror.sol";
import {Routes} from "./support/Routes.sol";

contract RootMirrorTest is Routes {
    function setUp() external {
        setUpRoutes(OWNER);
    }

    // ── honest relays ──────────────────────────────────────────────────────────────────────────────────────────────

    function testMirrorsARoot() external {
        bring(5, START - 60, 0xabc);
        vm.assertEq(timeOf(0xabc), START - 60);
        vm.assertEq(latest(), 0xabc);
        vm.assertEq(timeOf(0xabd), 0);
        vm.assertEq(mirror.rootTime(address(1), SLOT, 0xabc), 0);
        vm.assertEq(mirror.rootTime(ACCOUNT, 0, 0xabc), 0);
    }

    function testUnchangedRootIsFreshAgainAndOldOnesAreKept() external {
        bring(5, START - 60, 0xabc);
        bring(6, START - 50, 0xdef);
        bring(9, START - 10, 0xdef);
        vm.assertEq(timeOf(0xdef), START - 10);
        for (uint256 i = 0; i < 40; i++) {
            bring(100 + i, START, 0x1000 + i);
        }
        vm.assertEq(timeOf(0xabc), START - 60);
    }

    function testLateAndRepeatedRelaysTakeNothingBack() external {
        bring(9, START - 10, 0xdef);
        bring(5, START - 60, 0xabc);
        bring(9, START - 10, 0xdef);
        vm.assertEq(latest(), 0xdef);
        bring(7, START - 30, 0xdef);
        vm.assertEq(timeOf(0xdef), START - 10);
    }

    function testTimesOfAClockThatRunsAheadAreNow() external {
        bring(5, START + 600, 0xabc);
        vm.assertEq(timeOf(0xabc), START);
        (bytes memory header, RootProof[] memory proofs) = block_(6, START + 901, 0xabc);
        attest(6, keccak256(header));
        vm.expectPartialRevert(IRootMirror.HeaderFromTheFuture.selector);
        mirror.mirror(header, proofs);
    }

    // ── forged ones ────────────────────────────────────────────────────────────────────────────────────────────────

    function testHeadersNobodyAttested() external {
        (bytes memory header, RootProof[] memory proofs) = block_(5, START, 0xabc);
        vm.expectPartialRevert(IRootMirror.NotAttested.selector);
        mirror.mirror(header, proofs);
        attest(6, keccak256(header));
        // Attested, but at another height than its own.
        vm.expectPartialRevert(IRootMirror.NotAttested.selector);
        mirror.mirror(header, proofs);
    }

    function testProofsOfOtherRoots() external {
        (bytes memory header, RootProof[] memory proofs) = block_(5, START, 0xabc);
        (, RootProof[] memory other) = block_(5, START, 0xabd);
        attest(5, keccak256(header));
        vm.expectRevert();
        mirror.mirror(header, other);
        proofs[0].slot = keccak256("another");
        vm.expectRevert();
        mirror.mirror(header, proofs);
        proofs[0].slot = SLOT;
        proofs[0].account = address(1);
        vm.expectRevert();
        mirror.mirror(header, proofs);
        vm.assertEq(latest(), 0);
    }

    function testNumbersThatAreNoRoots() external {
        (bytes memory header, RootProof[] memory proofs) = block_(5, START, type(uint256).max);
        attest(5, keccak256(header));
        vm.expectPartialRevert(IRootMirror.NoRoot.selector);
        mirror.mirror(header, proofs);
    }

    function testAttestationsOfAnotherChainOrSet() external {
        (bytes memory header,) = block_(5, START, 0xabc);
        bytes32 hash = keccak256(header);
        RootMirror other = new RootMirror(SOURCE + 1, reporters(), 3, OWNER, FRESH, DELAY);
        Signature[] memory signatures = attestation(5, hash, 1);
        vm.expectPartialRevert(SignerSets.BadSignature.selector);
        other.attest(5, hash, 1, signatures);
        vm.expectPartialRevert(SignerSets.SetNotInForce.selector);
        mirror.attest(5, hash, 0, signatures);
    }

    /// @dev After a fork that changes this chain's id, what was signed for one branch is worth nothing on the other.
    function testAttestationsOfAnotherBranch() external {
        (bytes memory header,) = block_(5, START, 0xabc);
        bytes32 hash = keccak256(header);
        Signature[] memory signatures = attestation(5, hash, 1);
        vm.chainId(777);
        vm.expectPartialRevert(SignerSets.BadSignature.selector);
        mirror.attest(5, hash, 1, signatures);
        vm.chainId(31337);
        mirror.attest(5, hash, 1, signatures);
    }

    // ── conflicts ──────────────────────────────────────────────────────────────────────────────────────────────────

    function testConflictFreezesAndVoidsFromItsHeight() external {
        bring(5, START - 60, 0xabc);
        bring(6, START - 50, 0xdef);
        (bytes memory next, RootProof[] memory proofs) = block_(7, START, 0x123);
        attest(7, keccak256(next));
        attest(6, keccak256("another block"));
        vm.assertTrue(mirror.isFrozen());
        // Accepts nothing: no header, no root, no new height.
        vm.expectPartialRevert(IRootMirror.Frozen.selector);
        mirror.mirror(next, proofs);
        Signature[] memory signatures = attestation(8, keccak256("x"), 1);
        vm.expectPartialRevert(IRootMirror.Frozen.selector);
        mirror.attest(8, keccak256("x"), 1, signatures);
        vm.prank(OWNER);
        vm.expectPartialRevert(IRootMirror.Frozen.selector);
        mirror.rotate(reporters(), 3, 0);
        // What came from the height in question is unknown, what came before stays.
        vm.assertEq(timeOf(0xdef), 0);
        vm.assertEq(timeOf(0xabc), START - 60);
        vm.assertEq(latest(), 0);
        // A conflict at a lower height voids more.
        attest(5, keccak256("another still"));
        vm.assertEq(timeOf(0xabc), 0);
    }

    function testThawTakesItsTimeAndNewAttestors() external {
        bring(5, START - 60, 0xabc);
        bring(6, START - 50, 0xdef);
        bytes32 forged = keccak256("another block");
        vm.prank(OWNER);
        vm.expectPartialRevert(IRootMirror.NotFrozen.selector);
        mirror.scheduleThaw(reporters(), 3);
        attest(6, forged);
        address[] memory three = new address[](3);
        for (uint256 i = 0; i < 3; i++) {
            three[i] = vm.addr(i + 1);
        }

        vm.startPrank(OWNER);
        vm.expectPartialRevert(IRootMirror.ThawNotDue.selector);
        mirror.thaw(three, 3);
        mirror.scheduleThaw(three, 3);
        skip(DELAY - 1);
        vm.expectPartialRevert(IRootMirror.ThawNotDue.selector);
        mirror.thaw(three, 3);
        skip(1);
        vm.expectPartialRevert(IRootMirror.OtherThaw.selector);
        mirror.thaw(reporters(), 3);
        mirror.thaw(three, 3);
        vm.stopPrank();

        // The old set's messages are void, so the forged block can't come back; voided roots stay so.
        Signature[] memory signatures = attestation(6, forged, 1);
        vm.expectPartialRevert(SignerSets.SetNotInForce.selector);
        mirror.attest(6, forged, 1, signatures);
        vm.assertEq(timeOf(0xdef), 0);
        vm.assertEq(timeOf(0xabc), START - 60);
        // The true block, attested again, counts again.
        bring(6, START - 50, 0xdef);
        vm.assertEq(timeOf(0xdef), START - 50);
        vm.assertEq(latest(), 0xdef);
    }

    function testOnlyTheOwnerThaws() external {
        bring(6, START - 50, 0xdef);
        attest(6, keccak256("another"));
        vm.expectRevert();
        mirror.scheduleThaw(reporters(), 3);
        vm.prank(OWNER);
        mirror.scheduleThaw(reporters(), 3);
        skip(DELAY);
        vm.expectRevert();
        mirror.thaw(reporters(), 3);
    }

    // ── clocks ─────────────────────────────────────────────────────────────────────────────────────────────────────

    function testStalledSecondsCountOnlyWhatNoHeaderCovered() external {
        skip(FRESH + 100);
        vm.assertEq(mirror.stalledSeconds(), 100);
        // A header that is itself late covers a part: what is still uncovered isn't counted twice.
        bring(5, vm.getBlockTimestamp() - FRESH - 40, 0xabc);
        vm.assertEq(mirror.stalledSeconds(), 100);
        skip(10);
        vm.assertEq(mirror.stalledSeconds(), 110);
        bring(6, vm.getBlockTimestamp(), 0xabc);
        vm.assertEq(mirror.stalledSeconds(), 110);
        skip(FRESH);
        vm.assertEq(mirror.stalledSeconds(), 110);
    }

    function testFuzzStalledSecondsNeverFallNorOutrunTime(uint256 seed) external {
        uint256 before = 0;
        uint256 number = 1;
        for (uint256 i = 0; i < 12; i++) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 step = seed % (2 * FRESH);
            skip(step);
            if (seed & (1 << 200) != 0) {
                bring(number++, vm.getBlockTimestamp() - (seed >> 100) % (2 * FRESH), 0x5000 + i);
            }
            uint256 stalled = mirror.stalledSeconds();
            vm.assertTrue(stalled >= before && stalled - before <= step, "clock");
            before = stalled;
        }
    }
}
