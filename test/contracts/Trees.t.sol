// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {PoseidonT3} from "poseidon-solidity/PoseidonT3.sol";
import {Protocol} from "contracts/generated/Protocol.sol";
import {GrowingTree} from "contracts/lib/GrowingTree.sol";
import {ReplacingTree} from "contracts/lib/ReplacingTree.sol";
import {Test} from "./support/Test.sol";

contract TreesTest is Test {
    using GrowingTree for GrowingTree.Tree;
    using ReplacingTree for ReplacingTree.Tree;

    GrowingTree.Tree private growing;
    ReplacingTree.Tree private replacing;
    uint256[] private leaves;

    /// @dev The rule itself: a node without a right child equals its left child.
    function rootOf(uint256[] memory level) private pure returns (uint256) {
        if (level.length == 0) return 0;
        while (level.length > 1) {
            uint256[] memory next = new uint256[]((level.length + 1) / 2);
            for (uint256 i = 0; i < next.length; i++) {
                next[i] = 2 * i + 1 < level.length ? PoseidonT3.hash([level[2 * i], level[2 * i + 1]]) : level[2 * i];
            }
            level = next;
        }
        return level[0];
    }

    function testBothTreesGrowByTheRule() external {
        for (uint256 i = 0; i < 35; i++) {
            uint256 leaf = uint256(keccak256(abi.encode(i))) % Protocol.FIELD;
            leaves.push(leaf);
            (uint256 index, uint256 root) = growing.add(leaf, 20);
            vm.assertEq(index, i);
            vm.assertEq(root, rootOf(leaves));
            (index, root) = replacing.add(leaf, 20);
            vm.assertEq(index, i);
            vm.assertEq(root, rootOf(leaves));
            vm.assertEq(replacing.root, root);
        }
    }

    function testFuzzReplacedLeavesFollowTheRule(uint256 seed, uint8 steps) external {
        for (uint256 i = 0; i < bound(steps, 1, 24); i++) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 leaf = seed % Protocol.FIELD;
            uint256 root;
            if (leaves.length == 0 || seed % 3 != 0) {
                leaves.push(leaf);
                (, root) = replacing.add(leaf, 20);
            } else {
                uint256 index = (seed >> 128) % leaves.length;
                leaves[index] = leaf;
                root = replacing.replace(index, leaf);
                vm.assertEq(replacing.leafAt(index), leaf);
            }
            vm.assertEq(root, rootOf(leaves));
        }
    }

    function testTreesAreFullAtTheirDepth() external {
        for (uint256 i = 0; i < 4; i++) {
            growing.add(i + 1, 2);
            replacing.add(i + 1, 2);
        }
        vm.expectRevert(abi.encodeWithSelector(GrowingTree.TreeFull.selector, 4));
        this.addGrowing();
        vm.expectRevert(abi.encodeWithSelector(ReplacingTree.TreeFull.selector, 4));
        this.addReplacing();
    }

    function testNoLeafBeyondTheTree() external {
        vm.expectRevert(abi.encodeWithSelector(ReplacingTree.NoSuchLeaf.selector, 0, 0));
        this.replaceAt(0);
        replacing.add(7, 20);
        vm.expectRevert(abi.encodeWithSelector(ReplacingTree.NoSuchLeaf.selector, 1, 1));
        this.replaceAt(1);
    }

    function addGrowing() external {
        growing.add(9, 2);
    }

    function addReplacing() external {
        replacing.add(9, 2);
    }

    function replaceAt(uint256 index) external {
        replacing.replace(index, 9);
    }
}
