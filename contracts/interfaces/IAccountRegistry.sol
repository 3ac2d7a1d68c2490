// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ReceiveSignals, SpendSignals, Tier} from "./ProtocolTypes.sol";
import {Proof} from "./IGroth16Verifier.sol";

/// @notice The accounts, each at one slot for life.
interface IAccountRegistry {
    /// @notice Thrown when a note or an opening is spent already, in an earlier receive or twice in this one.
    error NullifierSpent(uint256 nullifier);
    /// @notice Thrown when a receipt is no opening but says 0 for the old state, or the other way round.
    error OpeningMismatch(uint256 oldCommitment, uint256 openingNullifier);
    /// @notice Thrown when the old state of a change isn't the slot's current one.
    error NotCurrent(uint256 slot, uint256 current, uint256 oldCommitment);
    /// @notice Thrown when a receipt uses a notes root that isn't good.
    error UnknownNotesRoot(uint256 notesRoot);
    /// @notice Thrown when a slot receives again too soon.
    error ReceiveTooSoon(uint256 slot, uint256 allowedAt);
    /// @notice Thrown when spending isn't proven on the newest epoch, or that epoch is over.
    error NotNewestTable(uint256 tableRoot, uint256 newestRoot);
    /// @notice Thrown when spending names a table that was never published.
    error UnknownTable(uint256 tableRoot);
    /// @notice Thrown when spending stands still.
    error SpendingPaused();
    /// @notice Thrown when exits are to be added and none would be.
    error NothingQueued();

    /// @notice An account opened.
    event AccountOpened(uint256 indexed slot, Tier tier);
    /// @notice An account's state changed: what it became, and the state for whoever holds its read key.
    event AccountChanged(uint256 indexed slot, uint256 newCommitment, uint256 accountsRoot, uint256[] cipher);
    /// @notice Nullifiers spent by a receipt; a wallet that restores finds its notes among them.
    event NullifiersSpent(uint256 indexed slot, uint256[] nullifiers);
    /// @notice A spending's exit was taken: `place` is its position in the exits tree, now or once those before it are there.
    event ExitQueued(uint256 indexed place, uint256 leaf);
    /// @notice An exit was added to the exits tree, at the place it was queued for.
    event ExitAdded(uint256 indexed index, uint256 leaf);
    /// @notice The exits tree has another root, that of its first `size` exits.
    event ExitsRootSet(uint256 indexed exitsRoot, uint256 size);

    /// @notice Opens an account by a receipt. The context names the sender.
    function open(Tier tier, ReceiveSignals calldata signals, Proof calldata proof, uint256 deadline)
        external
        returns (uint256 slot);

    /// @notice Receives notes into the account at a slot.
    function receiveNotes(uint256 slot, ReceiveSignals calldata signals, Proof calldata proof, uint256 deadline)
        external;

    /// @notice Spends one holding of the account at a slot. Collateral that leaves by it stands in the queue of exits.
    /// @param  onAnyTable the proof says that the move is right on any table ever signed, so that a past one will do
    function spend(uint256 slot, bool onAnyTable, SpendSignals calldata signals, Proof calldata proof, uint256 deadline)
        external;

    /// @notice Adds queued exits to the exits tree, in the order they were queued. Anyone may, at any time.
    /// @param  most how many at most, so that no length of the queue needs more gas than a block has
    function addExits(uint256 most) external;

    /// @notice How many exits wait to be added to the exits tree.
    function queuedExits() external view returns (uint256);

    /// @notice Current state of the account at a slot.
    function commitmentAt(uint256 slot) external view returns (uint256);

    /// @notice How many accounts there are.
    function slots() external view returns (uint256);

    /// @notice Whether a nullifier is spent.
    function isSpent(uint256 nullifier) external view returns (bool);
}
