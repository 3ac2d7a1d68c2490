// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {nodeHash} from "./NodeHash.sol";

/// @title  ReplacingTree
/// @notice Binary Poseidon tree by the same rule as GrowingTree whose leaves may be replaced. Every node is kept: siblings
///         from calldata would be cheaper to read, but anyone's change would make everyone else's transaction stale, and
///         checking them would double the hashes.
/// @dev    Leaves must be below the field's order and not 0.
library ReplacingTree {
    /// @notice Thrown when the tree holds as many leaves as paths of the circuits can reach.
    error TreeFull(uint256 size);
    /// @notice Thrown when there is no leaf at this position.
    error NoSuchLeaf(uint256 index, uint256 size);

    struct Tree {
        uint256 size;
        uint256 root;
        /// @dev By level and index; the root itself only once the tree has grown beyond it.
        mapping(uint256 place => uint256 node) nodes;
    }

    /// @notice Leaf at a position.
    function leafAt(Tree storage tree, uint256 index) internal view returns (uint256) {
        if (index >= tree.size) revert NoSuchLeaf(index, tree.size);
        return tree.nodes[index];
    }

    /// @notice Adds a leaf at position `size`.
    function add(Tree storage tree, uint256 leaf, uint256 depth) internal returns (uint256 index, uint256 root) {
        index = tree.size;
        if (index >> depth != 0) revert TreeFull(index);
        tree.size = index + 1;
        // A full tree's root becomes a left child.
        if (index > 1 && index & (index - 1) == 0) tree.nodes[_place(Math.log2(index), 0)] = tree.root;
        root = _write(tree, index, index, leaf);
    }

    /// @notice Replaces a leaf that is there.
    function replace(Tree storage tree, uint256 index, uint256 leaf) internal returns (uint256 root) {
        if (index >= tree.size) revert NoSuchLeaf(index, tree.size);
        root = _write(tree, index, tree.size - 1, leaf);
    }

    /// @param last index of the last node on the level
    function _write(Tree storage tree, uint256 index, uint256 last, uint256 node) private returns (uint256) {
        tree.nodes[index] = node;
        for (uint256 level = 0; last != 0; level++) {
            if (level != 0) tree.nodes[_place(level, index)] = node;
            if (index & 1 == 1) node = nodeHash(tree.nodes[_place(level, index - 1)], node);
            else if (index < last) node = nodeHash(node, tree.nodes[_place(level, index + 1)]);
            index >>= 1;
            last >>= 1;
        }
        tree.root = node;
        return node;
    }

    function _place(uint256 level, uint256 index) private pure returns (uint256) {
        return (level << 64) | index;
    }
}
