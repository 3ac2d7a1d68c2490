// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {Ownable} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {NoteIssuer} from "./base/NoteIssuer.sol";
import {LineBase, LineConfig} from "./base/LineBase.sol";
import {Protocol} from "./generated/Protocol.sol";
import {Line} from "./interfaces/ILine.sol";
import {IVenueOutbox, Posting} from "./interfaces/IVenueOutbox.sol";

/// @title  VenueOutbox
/// @notice A venue's notes, in batches. What isn't received grows no further than the line booked with the venue; every note
///         releases at least one lot, so an alias has received everything exactly when its disclosed release equals what was
///         issued. Legs are hidden here; that they are this venue's instruments the receipt checks.
/// @dev    The engine is an admitted issuer's own: it attests positions. What it can do wrong is bounded by one batch per
///         window and the table's caps.
contract VenueOutbox is IVenueOutbox, LineBase {
    /// @notice Levels of a batch; 2^batchDepth leaves.
    uint256 public immutable batchDepth;
    /// @notice Seconds between batches.
    uint256 public immutable window;
    /// @notice Who posts.
    address public engine;
    /// @notice When the next batch may come.
    uint256 public nextAt;

    /// @dev What an alias has open beside its line, and the number of its last batch + 1.
    mapping(uint256 alias_ => Open) private _open;

    struct Open {
        bool exposed;
        uint40 unreceived;
        uint64 batch;
    }

    constructor(
        uint8 issuerId_,
        LineConfig memory config,
        uint256 batchDepth_,
        uint256 window_,
        address engine_,
        address owner_
    ) NoteIssuer(issuerId_) LineBase(config) Ownable(owner_) {
        if (batchDepth_ >= Protocol.TREE_DEPTH) revert BadConfiguration();
        (batchDepth, window, engine) = (batchDepth_, window_, engine_);
        emit EngineSet(engine_);
    }

    /// @notice Names another engine. Owner only.
    function setEngine(address engine_) external onlyOwner {
        engine = engine_;
        emit EngineSet(engine_);
    }

    /// @inheritdoc IVenueOutbox
    /// @dev Not stopped by a pause: notes record facts, losses among them.
    function post(uint256 batch, uint256 root, Posting[] calldata postings, bytes calldata encryptedNotes) external {
        if (msg.sender != engine) revert NotEngine(msg.sender);
        if (batch != lastSerial()) revert NotNextBatch(batch, lastSerial());
        if (block.timestamp < nextAt) revert WindowNotOver(nextAt);
        if (root == 0 || root >= Protocol.FIELD) revert BadBatchRoot(root);
        if (postings.length == 0 || postings.length > 1 << batchDepth) {
            revert BadBatch(postings.length, 1 << batchDepth);
        }
        nextAt = block.timestamp + window;
        (, uint256 notesRoot) = _addNode(root, Protocol.TREE_DEPTH - batchDepth);
        emit BatchPosted(batch, root, notesRoot, encryptedNotes);
        for (uint256 i = 0; i < postings.length; i++) {
            _post(batch, postings[i], postings.length);
        }
    }

    /// @inheritdoc IVenueOutbox
    function setNoteKey(uint256 alias_, bytes calldata key) external {
        _requireOperator(alias_, _lines[alias_]);
        emit NoteKeySet(alias_, key);
    }

    /// @inheritdoc IVenueOutbox
    function close(uint256 alias_) external {
        Line storage line = _lines[alias_];
        _requireOperator(alias_, line);
        bool received = line.received == line.released && line.booked == line.released;
        if (_open[alias_].exposed || !received) revert StillOpen(alias_);
        _close(alias_, line);
    }

    /// @notice What an alias has open beside its line.
    function openOf(uint256 alias_) external view returns (Open memory) {
        return _open[alias_];
    }

    function _post(uint256 batch, Posting calldata posting, uint256 count) private {
        Line storage line = _lines[posting.alias_];
        _requireOpen(posting.alias_, line);
        Open storage open = _open[posting.alias_];
        // One note for each alias: two in one batch would let one of them be held back unseen.
        if (open.batch == batch + 1) revert BadBatch(count, 1 << batchDepth);
        if (posting.released == 0) revert NothingReleased(posting.alias_);
        uint256 released = uint256(line.released) + posting.released;
        // Beyond the line exposure may shrink and its facts be recorded, but not grow.
        uint256 needed = posting.unreceived > open.unreceived ? released + posting.unreceived : released;
        if (needed > line.booked) revert BeyondLine(posting.alias_, needed, line.booked);
        line.released = uint40(released);
        _open[posting.alias_] = Open(posting.exposed, posting.unreceived, uint64(batch + 1));
        emit Posted(posting.alias_, batch, posting.released, posting.unreceived, posting.exposed);
    }

    /// @dev Positions, negative cash and an unreleased line all keep a line that must be proven.
    function _matters(uint256 alias_) internal view override returns (bool) {
        return _open[alias_].exposed || usableLots(alias_) != 0;
    }
}
