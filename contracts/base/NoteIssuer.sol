// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {Protocol} from "../generated/Protocol.sol";
import {IRootHolder} from "../interfaces/IRootSource.sol";
import {GrowingTree} from "../lib/GrowingTree.sol";
import {Leg, NoteLib} from "../lib/NoteLib.sol";
import {RootSlot} from "../lib/RootSlot.sol";

/// @title  NoteIssuer
/// @notice Issues notes into its own tree, whose root stands at RootSlot.NOTES. Legs are instruments of this issuer; every
///         note has a serial of its own, so that no two notes have the same leaf.
abstract contract NoteIssuer is IRootHolder {
    using GrowingTree for GrowingTree.Tree;

    /// @notice Thrown when an issuer id is 0.
    error BadIssuerId();

    /// @notice A note was issued. Its legs are public and its blinding is 0.
    event NoteIssued(
        uint256 indexed recipient, uint64 serial, uint256 index, uint256 leaf, uint256 notesRoot, Leg[] legs
    );

    /// @notice This issuer's id: the high 8 bits of its instruments.
    uint8 public immutable issuerId;
    GrowingTree.Tree private _notes;

    constructor(uint8 issuerId_) {
        if (issuerId_ == 0) revert BadIssuerId();
        issuerId = issuerId_;
    }

    /// @inheritdoc IRootHolder
    /// @dev Past roots of notes aren't kept: whoever joins them takes the current one.
    function rootTime(bytes32 slot, uint256 root) external view returns (uint256) {
        return slot == RootSlot.NOTES && root != 0 && root == RootSlot.get(slot) ? block.timestamp : 0;
    }

    /// @inheritdoc IRootHolder
    function currentRoot(bytes32 slot) external view returns (uint256) {
        return slot == RootSlot.NOTES ? RootSlot.get(slot) : 0;
    }

    /// @notice How many nodes were added. Where notes are added one by one that is the last one's serial, one more than its
    ///         place in the tree; a venue adds batches, and this is how many.
    function lastSerial() public view returns (uint64) {
        return uint64(_notes.size);
    }

    /// @notice Id of an instrument of this issuer.
    function instrumentOf(uint16 serial) public view returns (uint256) {
        return (uint256(issuerId) << Protocol.SERIAL_BITS) | serial;
    }

    /// @dev A note of one leg.
    function _issue(uint256 recipient, uint256 instrument, int256 lots) internal {
        Leg[] memory legs = new Leg[](1);
        legs[0] = Leg(instrument, lots);
        uint64 serial = lastSerial() + 1;
        uint256 leaf = NoteLib.leaf(recipient, legs, serial, 0);
        (uint256 index, uint256 root) = _addNode(leaf, Protocol.TREE_DEPTH);
        emit NoteIssued(recipient, serial, index, leaf, root, legs);
    }

    /// @dev Adds a leaf, or the root of a full subtree of leaves to a tree that is as much less deep.
    function _addNode(uint256 node, uint256 depth) internal returns (uint256 index, uint256 root) {
        (index, root) = _notes.add(node, depth);
        RootSlot.set(RootSlot.NOTES, root);
    }
}
