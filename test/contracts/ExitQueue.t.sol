// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {SpendSignals} from "contracts/generated/Protocol.sol";
import {IAccountRegistry} from "contracts/interfaces/IAccountRegistry.sol";
import {GrowingTree} from "contracts/lib/GrowingTree.sol";
import {QueuedTree} from "contracts/lib/QueuedTree.sol";
import {RootSlot} from "contracts/lib/RootSlot.sol";
import {Accounts} from "./support/Accounts.sol";

/// @notice P13: every accepted exit is in the tree once, in the order it was queued.
contract ExitQueueTest is Accounts {
    using GrowingTree for GrowingTree.Tree;
    using QueuedTree for QueuedTree.Tree;

    QueuedTree.Tree private line;
    GrowingTree.Tree private straight;

    function setUp() external {
        setUpAccounts();
    }

    function testSpendingQueuesAndAnyoneMovesTheQueue() external {
        open(11);
        spend(11, 12, 77);
        SpendSignals memory second = prove(spendSignals(12, 13, 78), false, ALICE);
        vm.expectEmit(address(registry));
        emit IAccountRegistry.ExitQueued(1, 78);
        vm.prank(ALICE);
        registry.spend(0, false, second, noProof, deadline);
        vm.assertEq(registry.queuedExits(), 2);
        // Nothing is in the tree yet, and the leaf that waits is no root.
        vm.assertEq(registry.currentRoot(RootSlot.EXITS), 0);
        vm.assertEq(registry.rootTime(RootSlot.EXITS, 77), 0);

        straight.add(77, 20);
        (, uint256 root) = straight.add(78, 20);
        vm.expectEmit(address(registry));
        emit IAccountRegistry.ExitAdded(0, 77);
        vm.expectEmit(address(registry));
        emit IAccountRegistry.ExitAdded(1, 78);
        vm.expectEmit(address(registry));
        emit IAccountRegistry.ExitsRootSet(root, 2);
        vm.prank(BOB);
        registry.addExits(100);
        vm.assertEq(registry.queuedExits(), 0);
        vm.assertEq(registry.currentRoot(RootSlot.EXITS), root);
        vm.assertEq(uint256(vm.load(address(registry), RootSlot.EXITS)), root);
    }

    function testNoExitNoPlace() external {
        open(11);
        spend(11, 12, 0);
        vm.assertEq(registry.queuedExits(), 0);
        vm.expectRevert(IAccountRegistry.NothingQueued.selector);
        registry.addExits(1);
    }

    /// @dev Someone moves one exit at a time, or all of them just before somebody else's call does.
    function testWhoMovesTheQueueChangesNothing() external {
        open(11);
        spend(11, 12, 77);
        spend(12, 13, 78);
        spend(13, 14, 79);
        vm.expectRevert(IAccountRegistry.NothingQueued.selector);
        registry.addExits(0);
        vm.startPrank(BOB);
        registry.addExits(1);
        vm.assertEq(registry.currentRoot(RootSlot.EXITS), 77);
        registry.addExits(1);
        vm.assertEq(registry.queuedExits(), 1);
        registry.addExits(type(uint256).max);
        vm.expectRevert(IAccountRegistry.NothingQueued.selector);
        registry.addExits(type(uint256).max);
        vm.stopPrank();
        straight.add(77, 20);
        straight.add(78, 20);
        (, uint256 root) = straight.add(79, 20);
        vm.assertEq(registry.currentRoot(RootSlot.EXITS), root);
    }

    /// @dev A root that was replaced stays good for exits proven under it, as it was when it was current.
    function testRootsOfAShorterTreeKeepTheirTime() external {
        open(11);
        spend(11, 12, 77);
        registry.addExits(1);
        skip(100);
        spend(12, 13, 78);
        vm.assertEq(registry.rootTime(RootSlot.EXITS, 77), block.timestamp);
        registry.addExits(1);
        skip(100);
        vm.assertEq(registry.rootTime(RootSlot.EXITS, 77), START + 100);
    }

    function testPausesDontStopTheQueue() external {
        open(11);
        spend(11, 12, 77);
        vm.startPrank(GUARDIAN);
        registry.pause();
        table.pause();
        vm.stopPrank();
        registry.addExits(1);
        vm.assertEq(registry.currentRoot(RootSlot.EXITS), 77);
    }

    /// @dev In whatever pieces the queue moves, the tree is that of the leaves added one by one.
    function testFuzzPiecesMakeOneTree(uint256 seed) external {
        uint256 taken = 0;
        uint256 added = 0;
        for (uint256 i = 0; i < 24; i++) {
            seed = uint256(keccak256(abi.encode(seed)));
            if (seed % 2 == 0) {
                for (uint256 j = 0; j < (seed >> 8) % 5; j++) {
                    vm.assertEq(line.take(1000 + taken, 20), taken++);
                }
                continue;
            }
            (uint256 first, uint256[] memory leaves, uint256 root) = line.move((seed >> 8) % 7, 20);
            vm.assertEq(first, added);
            uint256 expected = 0;
            for (uint256 j = 0; j < leaves.length; j++) {
                vm.assertEq(leaves[j], 1000 + added);
                (, expected) = straight.add(1000 + added++, 20);
            }
            vm.assertEq(root, expected);
            vm.assertEq(line.queued(), taken - added);
        }
    }

    /// @dev What the line takes the tree can hold: a leaf that waits has no way back.
    function testTakesNoMoreThanTheTreeHolds() external {
        for (uint256 i = 0; i < 4; i++) {
            line.take(i + 1, 2);
        }
        vm.expectRevert(abi.encodeWithSelector(GrowingTree.TreeFull.selector, 4));
        this.takeOne();
        (, uint256[] memory leaves,) = line.move(9, 2);
        vm.assertEq(leaves.length, 4);
        vm.expectRevert(abi.encodeWithSelector(GrowingTree.TreeFull.selector, 4));
        this.takeOne();
    }

    function takeOne() external {
        line.take(9, 2);
    }
}
