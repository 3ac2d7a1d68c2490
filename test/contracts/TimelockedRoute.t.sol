// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {Ownable} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {SignerSets} from "contracts/base/SignerSets.sol";
import {Signature} from "contracts/interfaces/IRiskTable.sol";
import {IRootMirror, RootProof} from "contracts/interfaces/IRootMirror.sol";
import {Routes} from "./support/Routes.sol";
import {Timelocks} from "./support/Timelocks.sol";

/// @notice A route whose owner acts through a timelock.
contract TimelockedRouteTest is Routes, Timelocks {
    uint256 private constant KEEP = 1 hours;

    function setUp() external {
        setUpTimelock();
        setUpRoutes(address(timelock));
    }

    function rotation() private view returns (bytes memory) {
        return abi.encodeCall(mirror.rotate, (reporters(), 3, KEEP));
    }

    /// @dev Attested by the old set before the rotation, during the overlap, and after it.
    function testAttestorsRotateWhileHeadersAreOnTheirWay() external {
        (bytes memory first, RootProof[] memory firstProofs) = block_(5, START, 0xabc);
        (bytes memory second, RootProof[] memory secondProofs) = block_(6, START, 0xdef);
        (bytes memory third,) = block_(7, START, 0x123);
        attest(5, keccak256(first));
        Signature[] memory secondOld = attestation(6, keccak256(second), 1);
        Signature[] memory thirdOld = attestation(7, keccak256(third), 1);
        Signature[] memory thirdNew = attestation(7, keccak256(third), 2);
        vm.expectPartialRevert(SignerSets.SetNotInForce.selector);
        mirror.attest(7, keccak256(third), 2, thirdNew);

        through(address(mirror), rotation());
        vm.assertEq(mirror.currentSet(), 2);
        // What was attested stays attested, and what the old set signed is good for a while.
        mirror.mirror(first, firstProofs);
        skip(KEEP - 1);
        mirror.attest(6, keccak256(second), 1, secondOld);
        mirror.mirror(second, secondProofs);
        vm.assertEq(latest(), 0xdef);
        skip(1);
        vm.expectPartialRevert(SignerSets.SetNotInForce.selector);
        mirror.attest(7, keccak256(third), 1, thirdOld);
        mirror.attest(7, keccak256(third), 2, thirdNew);
    }

    /// @dev Proposed at once, both calls wait for the timelock together; the thaw's own delay comes after that.
    function testThawGoesThroughTheTimelock() external {
        attest(6, keccak256("one"));
        attest(6, keccak256("another"));
        bytes memory announce = abi.encodeCall(mirror.scheduleThaw, (reporters(), 3));
        bytes memory thaw = abi.encodeCall(mirror.thaw, (reporters(), 3));
        schedule(address(mirror), announce);
        schedule(address(mirror), thaw);
        skip(WAIT);
        execute(address(mirror), announce);
        vm.expectPartialRevert(IRootMirror.ThawNotDue.selector);
        execute(address(mirror), thaw);
        skip(DELAY);
        execute(address(mirror), thaw);
        vm.assertFalse(mirror.isFrozen());
        vm.assertEq(mirror.currentSet(), 2);
    }

    function testNobodyRotatesPastTheTimelock() external {
        bytes memory call = rotation();
        vm.expectPartialRevert(Ownable.OwnableUnauthorizedAccount.selector);
        vm.prank(PROPOSER);
        mirror.rotate(reporters(), 3, KEEP);
        vm.expectRevert();
        vm.prank(BOB);
        timelock.schedule(address(mirror), 0, call, 0, 0, WAIT);
        vm.expectRevert();
        vm.prank(PROPOSER);
        timelock.schedule(address(mirror), 0, call, 0, 0, WAIT - 1);
        vm.expectRevert();
        execute(address(mirror), call);
    }
}
