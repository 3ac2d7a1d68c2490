// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice What a batch brings one alias, beside its note.
struct Posting {
    uint256 alias_;
    /// Lots of the line that its note releases: at least one, so that the release total tells what was received.
    uint40 released;
    /// Lots of the line that what isn't received after this batch may need, by the venue's own margin.
    uint40 unreceived;
    /// Whether positions or negative cash remain, received or not.
    bool exposed;
}

/// @notice Posts a venue's notes and keeps the line of those who have positions.
interface IVenueOutbox {
    /// @notice Thrown when someone else than the engine posts.
    error NotEngine(address account);
    /// @notice Thrown when a batch isn't the next one: its notes' serials, and so their places, follow from its number.
    error NotNextBatch(uint256 batch, uint256 next);
    /// @notice Thrown when a batch comes before its window.
    error WindowNotOver(uint256 nextAt);
    /// @notice Thrown when a batch has no posting, more than it has leaves, or an alias twice.
    error BadBatch(uint256 postings, uint256 most);
    /// @notice Thrown when a note releases nothing.
    error NothingReleased(uint256 alias_);
    /// @notice Thrown when a batch's root is 0 or not below the field's order.
    error BadBatchRoot(uint256 root);

    /// @notice A batch was posted. `encryptedNotes` are legs and blindings, each for its alias alone.
    event BatchPosted(uint256 indexed batch, uint256 root, uint256 notesRoot, bytes encryptedNotes);
    /// @notice An alias's line after a batch.
    event Posted(uint256 indexed alias_, uint256 indexed batch, uint256 released, uint256 unreceived, bool exposed);
    /// @notice The venue encrypts an alias's notes to this key from now on.
    event NoteKeySet(uint256 indexed alias_, bytes key);
    /// @notice Another engine posts from now on.
    event EngineSet(address engine);

    /// @notice Adds a batch of notes, a full subtree of fixed depth, so that how many are real doesn't show in the tree.
    ///         Engine only, once per window.
    /// @param  batch its number, which is how many were posted before: nothing is posted twice, or where its notes aren't
    ///         found
    function post(uint256 batch, uint256 root, Posting[] calldata postings, bytes calldata encryptedNotes) external;

    /// @notice Says which key an alias's notes are encrypted to, so that they can be restored from chain data. Operator only.
    function setNoteKey(uint256 alias_, bytes calldata key) external;

    /// @notice Closes a line for good when everything is received and nothing is open. Operator only.
    function close(uint256 alias_) external;
}
