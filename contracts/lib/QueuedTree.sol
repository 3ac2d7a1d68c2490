// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {GrowingTree} from "./GrowingTree.sol";

/// @title  QueuedTree
/// @notice Growing tree whose leaves wait in line: taking one costs two writes at any size of the tree, and the hashes are
///         paid by whoever moves the line, for many leaves at once. A leaf's place is fixed when it is taken, so that nobody
///         can reorder the line, leave one out or keep it from moving.
/// @dev    Leaves must be below the field's order and not 0.
library QueuedTree {
    using GrowingTree for GrowingTree.Tree;

    struct Tree {
        GrowingTree.Tree moved;
        /// @dev How many leaves were ever taken.
        uint256 taken;
        /// @dev Those that wait, by the places they will have.
        mapping(uint256 place => uint256 leaf) waiting;
    }

    /// @notice How many leaves wait.
    function queued(Tree storage tree) internal view returns (uint256) {
        return tree.taken - tree.moved.size;
    }

    /// @notice Takes a leaf. Refuses what the tree could not hold: what it takes is always moved.
    /// @param  depth largest depth of the tree
    /// @return place position that the leaf will have
    function take(Tree storage tree, uint256 leaf, uint256 depth) internal returns (uint256 place) {
        place = tree.taken;
        if (place >> depth != 0) revert GrowingTree.TreeFull(place);
        tree.taken = place + 1;
        tree.waiting[place] = leaf;
    }

    /// @notice Moves leaves from the head of the line into the tree, as many as wait but no more than `most`.
    /// @param  depth largest depth of the tree
    /// @return first  position of the first that moved
    /// @return leaves that moved, none when nothing waits
    /// @return root   of the tree that now has them; 0 when none moved
    function move(Tree storage tree, uint256 most, uint256 depth)
        internal
        returns (uint256 first, uint256[] memory leaves, uint256 root)
    {
        first = tree.moved.size;
        leaves = new uint256[](Math.min(most, queued(tree)));
        for (uint256 i = 0; i < leaves.length; i++) {
            leaves[i] = tree.waiting[first + i];
            delete tree.waiting[first + i];
        }
        if (leaves.length != 0) root = tree.moved.addAll(leaves, depth);
    }
}
