// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {RiskTable} from "contracts/RiskTable.sol";
import {SignerSets} from "contracts/base/SignerSets.sol";
import {Epoch, Signature} from "contracts/interfaces/IRiskTable.sol";
import {World} from "./support/World.sol";

/// @notice Which sets may sign at all, and whose signature counts at which place, by the table's reporters.
contract SignerSetsTest is World {
    function setUp() external {
        setUpWorld();
        skip(60);
    }

    function members(uint256 first, uint256 count) private pure returns (address[] memory list) {
        list = new address[](count);
        for (uint256 i = 0; i < count; i++) {
            list[i] = vm.addr(first + i);
        }
    }

    function refuse(address[] memory list, uint256 threshold) private {
        vm.expectRevert(abi.encodeWithSelector(SignerSets.BadSignerSet.selector, list.length, threshold));
        vm.prank(OWNER);
        table.rotate(list, threshold, 0);
    }

    function rotate(address[] memory list, uint256 threshold, uint256 keepFor) private {
        vm.prank(OWNER);
        table.rotate(list, threshold, keepFor);
    }

    function next() private view returns (Epoch memory) {
        uint48 time = uint48(block.timestamp);
        return Epoch(epochNumber + 1, TABLE + epochNumber + 1, time, time + 600, 1);
    }

    // ── sets ───────────────────────────────────────────────────────────────────────────────────────────────────────

    function testSetsThatAreRefused() external {
        refuse(new address[](0), 0);
        refuse(new address[](0), 1);
        refuse(members(1, 4), 5);
        address[] memory list = members(1, 4);
        list[2] = address(0);
        refuse(list, 3);
        list[2] = list[0];
        refuse(list, 3);
        list = members(1, 4);
        list[3] = list[2];
        refuse(list, 3);
    }

    /// @dev More than two thirds: two sets that both sign then share an honest member, if less than a third lie.
    function testTwoThirdsAreNotEnough() external {
        refuse(members(1, 3), 2);
        refuse(members(1, 6), 4);
        refuse(members(1, 4), 2);
        refuse(members(1, 1), 0);
        rotate(members(1, 1), 1, 0);
        rotate(members(1, 3), 3, 0);
        rotate(members(1, 4), 3, 0);
        rotate(members(1, 4), 4, 0);
        rotate(members(1, 6), 5, 0);
    }

    /// @dev A place is a byte, and the one after the last place is one too.
    function testASetHas255MembersAtMost() external {
        address[] memory list = new address[](256);
        for (uint256 i = 0; i < 256; i++) {
            list[i] = address(uint160(0x1000 + i));
        }
        refuse(list, 200);
        assembly {
            mstore(list, 255)
        }
        rotate(list, 200, 0);
    }

    // ── who signs ──────────────────────────────────────────────────────────────────────────────────────────────────

    /// @dev While the set before is still good, it is its own members that sign for it.
    function testTheOldSetsSignaturesAreOfItsOwnMembers() external {
        rotate(members(11, 4), 3, 1 days);
        Epoch memory epoch = next();
        Signature[] memory old = signEpoch(table, epoch, 1, 3);
        // The same keys for the new set are nobody's.
        Signature[] memory strangers = signEpoch(table, epoch, 2, 3);
        vm.expectRevert(abi.encodeWithSelector(SignerSets.BadSignature.selector, 0));
        table.publish(epoch, 2, strangers);
        table.publish(epoch, 1, old);
    }

    /// @dev One set before the current one, not two, whatever time was left to it.
    function testASetIsGoodThroughOneRotation() external {
        rotate(members(11, 4), 3, 1 days);
        rotate(members(21, 4), 3, 1 days);
        Epoch memory epoch = next();
        Signature[] memory first = signEpoch(table, epoch, 1, 3);
        vm.expectRevert(abi.encodeWithSelector(SignerSets.SetNotInForce.selector, 1, 3));
        table.publish(epoch, 1, first);
    }

    /// @dev Kept for no time, the set before is gone in the second of the rotation.
    function testASetCanBeDroppedAtOnce() external {
        Epoch memory epoch = next();
        Signature[] memory old = signEpoch(table, epoch, 1, 3);
        rotate(members(11, 4), 3, 0);
        vm.expectRevert(abi.encodeWithSelector(SignerSets.SetNotInForce.selector, 1, 2));
        table.publish(epoch, 1, old);
    }

    /// @dev A threshold of all means all, and each at a place of its own.
    function testEverySignatureIsAtItsPlace() external {
        rotate(members(1, 4), 4, 0);
        Epoch memory epoch = next();
        Signature[] memory signatures = signEpoch(table, epoch, 2, 3);
        vm.expectRevert(abi.encodeWithSelector(SignerSets.TooFewSignatures.selector, 3, 4));
        table.publish(epoch, 2, signatures);
        signatures = signEpoch(table, epoch, 2, 4);
        (signatures[1], signatures[2]) = (signatures[2], signatures[1]);
        vm.expectRevert(abi.encodeWithSelector(SignerSets.PlacesNotAscending.selector, 1));
        table.publish(epoch, 2, signatures);
        signatures = signEpoch(table, epoch, 2, 4);
        signatures[3] = signatures[2];
        vm.expectRevert(abi.encodeWithSelector(SignerSets.PlacesNotAscending.selector, 2));
        table.publish(epoch, 2, signatures);
        // More than the threshold needs are checked too.
        rotate(members(1, 4), 3, 0);
        signatures = signEpoch(table, epoch, 3, 4);
        signatures[3].data = signatures[2].data;
        vm.expectRevert(abi.encodeWithSelector(SignerSets.BadSignature.selector, 3));
        table.publish(epoch, 3, signatures);
        table.publish(epoch, 3, signEpoch(table, epoch, 3, 4));
    }

    // ── epochs ─────────────────────────────────────────────────────────────────────────────────────────────────────

    /// @dev An epoch that ends this second is still one.
    function testAnEpochMayEndNow() external {
        Epoch memory epoch = next();
        epoch.notAfter = uint48(block.timestamp);
        table.publish(epoch, 1, signEpoch(table, epoch, 1, 3));
        vm.assertEq(table.newestRoot(), epoch.root);
        vm.assertEq(table.stalledSeconds(), 0);
        skip(1);
        vm.assertEq(table.stalledSeconds(), 1);
    }

    /// @dev Replaced after its end, an epoch is good to its end and the overlap, not to its replacement and the overlap.
    function testALateEpochLengthensNone() external {
        skip(EPOCH + 500);
        publish(TABLE + 1);
        vm.assertEq(table.goodUntil(TABLE), START + EPOCH + OVERLAP);
    }

    function testNothingStandsStillBeforeTheFirstEpoch() external {
        RiskTable fresh = new RiskTable(reporters(), 3, OWNER, OVERLAP, EPOCH, 10_000);
        vm.assertEq(fresh.stalledSeconds(), 0);
        vm.assertEq(fresh.goodUntil(0), 0);
    }
}
