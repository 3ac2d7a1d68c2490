// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {Ownable} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {Guarded} from "./base/Guarded.sol";
import {Circuit, FoldSignals, LowerSignals, Protocol, Signals, Tier} from "./generated/Protocol.sol";
import {IAccountRegistry} from "./interfaces/IAccountRegistry.sol";
import {Proof} from "./interfaces/IGroth16Verifier.sol";
import {IIssuerNotes} from "./interfaces/IIssuerNotes.sol";
import {IRiskBook} from "./interfaces/IRiskBook.sol";
import {IRootHolder} from "./interfaces/IRootSource.sol";
import {IVerifiers} from "./interfaces/IVerifiers.sol";
import {ClaimLib} from "./lib/ClaimLib.sol";
import {ProofContext} from "./lib/ProofContext.sol";
import {QueuedTree} from "./lib/QueuedTree.sol";
import {ReplacingTree} from "./lib/ReplacingTree.sol";
import {RootSlot} from "./lib/RootSlot.sol";
import {VerifierLib} from "./lib/VerifierLib.sol";

/// @title  AccountRegistry
/// @notice Keeps one commitment per account in a tree that replaces old states, so that a root vouches for current ones
///         alone. Knows neither owners nor holdings. Nobody but an account's owner can move it: the owner of this contract
///         can end a pause and nothing else.
contract AccountRegistry is IAccountRegistry, IRootHolder, Guarded {
    using Signals for FoldSignals;
    using Signals for LowerSignals;
    using VerifierLib for IVerifiers;
    using QueuedTree for QueuedTree.Tree;
    using ReplacingTree for ReplacingTree.Tree;

    struct Slot {
        Tier tier;
        uint48 foldedAt;
    }

    IVerifiers public immutable verifiers;
    IRiskBook public immutable riskBook;
    IIssuerNotes public immutable issuerNotes;
    /// @notice Seconds between two folds of one slot: a prove key alone, lent or stolen, can't keep changing the state
    ///         under its owner's proofs.
    uint256 public immutable foldInterval;

    ReplacingTree.Tree private _accounts;
    QueuedTree.Tree private _exits;
    mapping(uint256 slot => Slot) private _slots;
    mapping(uint256 nullifier => bool) public isSpent;
    /// @dev When each past root of accounts or exits was last current.
    mapping(uint256 root => uint256 time) private _replacedAt;

    constructor(
        IVerifiers verifiers_,
        IRiskBook riskBook_,
        IIssuerNotes issuerNotes_,
        uint256 foldInterval_,
        address owner_
    ) Ownable(owner_) {
        (verifiers, riskBook, issuerNotes, foldInterval) = (verifiers_, riskBook_, issuerNotes_, foldInterval_);
    }

    /// @inheritdoc IAccountRegistry
    function open(Tier tier, FoldSignals calldata signals, Proof calldata proof, uint256 deadline)
        external
        returns (uint256 slot)
    {
        if (signals.oldCommitment != 0 || signals.openingNullifier == 0) {
            revert OpeningMismatch(signals.oldCommitment, signals.openingNullifier);
        }
        _takeNotes(tier, signals, proof, deadline, _accounts.size);
        _spend(signals.openingNullifier);
        uint256 root;
        (slot, root) = _accounts.add(signals.newCommitment, Protocol.TREE_DEPTH);
        _slots[slot] = Slot(tier, uint48(block.timestamp));
        emit AccountOpened(slot, tier);
        _changed(slot, signals.newCommitment, root, signals.cipher);
    }

    /// @inheritdoc IAccountRegistry
    function fold(uint256 slot, FoldSignals calldata signals, Proof calldata proof, uint256 deadline) external {
        if (signals.oldCommitment == 0 || signals.openingNullifier != 0) {
            revert OpeningMismatch(signals.oldCommitment, signals.openingNullifier);
        }
        _requireCurrent(slot, signals.oldCommitment);
        uint256 allowedAt = _slots[slot].foldedAt + foldInterval;
        if (block.timestamp < allowedAt) revert FoldTooSoon(slot, allowedAt);
        _takeNotes(_slots[slot].tier, signals, proof, deadline, slot);
        _slots[slot].foldedAt = uint48(block.timestamp);
        _changed(slot, signals.newCommitment, _accounts.replace(slot, signals.newCommitment), signals.cipher);
    }

    /// @inheritdoc IAccountRegistry
    function lower(uint256 slot, bool anyBook, LowerSignals calldata signals, Proof calldata proof, uint256 deadline)
        external
    {
        _requireCurrent(slot, signals.oldCommitment);
        _requireBook(signals.bookRoot, anyBook);
        Tier tier = _slots[slot].tier;
        LowerSignals memory s = signals;
        s.claim = ClaimLib.packLower(Protocol.COVERAGE_INITIAL, anyBook);
        s.context = ProofContext.signal(msg.sender, deadline);
        verifiers.check(Circuit.Lower, tier, proof, s.encode(tier));

        if (signals.exitLeaf != 0) {
            emit ExitQueued(_exits.take(signals.exitLeaf, Protocol.TREE_DEPTH), signals.exitLeaf);
        }
        _changed(slot, signals.newCommitment, _accounts.replace(slot, signals.newCommitment), signals.cipher);
    }

    /// @inheritdoc IAccountRegistry
    function addExits(uint256 most) external {
        (uint256 first, uint256[] memory leaves, uint256 root) = _exits.move(most, Protocol.TREE_DEPTH);
        if (leaves.length == 0) revert NothingQueued();
        _setRoot(RootSlot.EXITS, root);
        for (uint256 i = 0; i < leaves.length; i++) emit ExitAdded(first + i, leaves[i]);
        emit ExitsRootSet(root, first + leaves.length);
    }

    /// @inheritdoc IAccountRegistry
    function queuedExits() external view returns (uint256) {
        return _exits.queued();
    }

    /// @inheritdoc IAccountRegistry
    function commitmentAt(uint256 slot) external view returns (uint256) {
        return _accounts.leafAt(slot);
    }

    /// @inheritdoc IAccountRegistry
    function slots() external view returns (uint256) {
        return _accounts.size;
    }

    /// @notice Tier of the account at a slot, and when it last folded.
    function slotAt(uint256 slot) external view returns (Slot memory) {
        return _slots[slot];
    }

    /// @inheritdoc IRootHolder
    function rootTime(bytes32 slot, uint256 root) external view returns (uint256) {
        if (root == 0 || (slot != RootSlot.ACCOUNTS && slot != RootSlot.EXITS)) return 0;
        return root == RootSlot.get(slot) ? block.timestamp : _replacedAt[_rootKey(slot, root)];
    }

    /// @inheritdoc IRootHolder
    function currentRoot(bytes32 slot) external view returns (uint256) {
        return slot == RootSlot.ACCOUNTS || slot == RootSlot.EXITS ? RootSlot.get(slot) : 0;
    }

    /// @dev What opening and folding share: the proof, then the nullifiers, after which each is below the field's order.
    function _takeNotes(Tier tier, FoldSignals calldata signals, Proof calldata proof, uint256 deadline, uint256 slot)
        private
    {
        if (!issuerNotes.isNotesRoot(signals.notesRoot)) revert UnknownNotesRoot(signals.notesRoot);
        FoldSignals memory s = signals;
        s.context = ProofContext.signal(msg.sender, deadline);
        verifiers.check(Circuit.Fold, tier, proof, s.encode(tier));
        for (uint256 i = 0; i < s.nullifiers.length; i++) _spend(s.nullifiers[i]);
        emit NullifiersSpent(slot, s.nullifiers);
    }

    function _spend(uint256 nullifier) private {
        if (isSpent[nullifier]) revert NullifierSpent(nullifier);
        isSpent[nullifier] = true;
    }

    function _requireCurrent(uint256 slot, uint256 oldCommitment) private view {
        uint256 current = _accounts.leafAt(slot);
        if (current != oldCommitment) revert NotCurrent(slot, current, oldCommitment);
    }

    /// @dev The newest epoch while it lasts and nothing is paused. A move that is right on any book, collateral leaving an
    ///      account that owes nothing or a pair that sums to 0, can hurt nobody: neither an old book nor a pause keeps it.
    function _requireBook(uint256 bookRoot, bool anyBook) private view {
        if (anyBook) {
            if (riskBook.epochOf(bookRoot).number == 0) revert UnknownBook(bookRoot);
            return;
        }
        if (paused() || riskBook.isPaused()) revert LoweringPaused();
        uint256 newest = riskBook.newestRoot();
        if (bookRoot != newest || block.timestamp > riskBook.epochOf(newest).notAfter) {
            revert NotNewestBook(bookRoot, newest);
        }
    }

    function _changed(uint256 slot, uint256 commitment, uint256 root, uint256[] calldata cipher) private {
        _setRoot(RootSlot.ACCOUNTS, root);
        emit AccountChanged(slot, commitment, root, cipher);
    }

    function _setRoot(bytes32 slot, uint256 root) private {
        _replacedAt[_rootKey(slot, RootSlot.get(slot))] = block.timestamp;
        RootSlot.set(slot, root);
    }

    /// @dev A tree of one leaf has that leaf for a root, and whose leaf it is a prover chooses: the trees' roots are kept
    ///      apart.
    function _rootKey(bytes32 slot, uint256 root) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(slot, root)));
    }
}
