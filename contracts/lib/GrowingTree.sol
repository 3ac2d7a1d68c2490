// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {nodeHash} from "./NodeHash.sol";

/// @title  GrowingTree
/// @notice Binary Poseidon tree that only grows (LeanIMT): a node without a right child equals its left child, and the
///         root of the empty tree is 0. Keeps one node per level, the last complete subtree there, so that adding a leaf
///         costs a hash per set bit of its index and two writes. Leaves that come together cost a hash each on average, and
///         their root is computed once.
/// @dev    Leaves must be below the field's order: Poseidon would take x and x + r for the same.
library GrowingTree {
    /// @notice Thrown when the tree holds as many leaves as paths of the circuits can reach.
    error TreeFull(uint256 size);

    struct Tree {
        uint256 size;
        /// @dev By level. Fixed, since a mapping would hash a key for each.
        uint256[32] complete;
    }

    /// @notice Adds a leaf.
    /// @param  depth largest depth of the tree
    /// @return index position of the leaf
    /// @return root  of the tree that now has it
    function add(Tree storage tree, uint256 leaf, uint256 depth) internal returns (uint256 index, uint256 root) {
        uint256 level;
        (index, level, root) = _append(tree, leaf, depth);
        root = _rootFrom(tree, index, level, root);
    }

    /// @notice Adds leaves, at least one, and computes the root once.
    /// @param  depth largest depth of the tree
    /// @return root  of the tree that now has them
    function addAll(Tree storage tree, uint256[] memory leaves, uint256 depth) internal returns (uint256 root) {
        uint256 index;
        uint256 level;
        for (uint256 i = 0; i < leaves.length; i++) {
            (index, level, root) = _append(tree, leaves[i], depth);
        }
        root = _rootFrom(tree, index, level, root);
    }

    /// @dev Adds a leaf without the root. @return level of the subtree that it completes @return node its root
    function _append(Tree storage tree, uint256 leaf, uint256 depth)
        private
        returns (uint256 index, uint256 level, uint256 node)
    {
        index = tree.size;
        if (index >> depth != 0) revert TreeFull(index);
        tree.size = index + 1;

        node = leaf;
        // While the bits are 1 the node completes a subtree; it is kept at the first 0.
        while ((index >> level) & 1 == 1) node = nodeHash(tree.complete[level++], node);
        tree.complete[level] = node;
    }

    /// @dev The root above the subtree that the leaf at `index`, the last one, completed.
    function _rootFrom(Tree storage tree, uint256 index, uint256 level, uint256 node)
        private
        view
        returns (uint256 root)
    {
        root = node;
        for (level++; index >> level != 0; level++) {
            if ((index >> level) & 1 == 1) root = nodeHash(tree.complete[level], root);
        }
    }
}
