// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {Ownable} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {Guarded} from "./base/Guarded.sol";
import {Circuit, ReceiveSignals, SpendSignals, Protocol, Signals, Tier} from "./generated/Protocol.sol";
import {IAccountRegistry} from "./interfaces/IAccountRegistry.sol";
import {Proof} from "./interfaces/IGroth16Verifier.sol";
import {IIssuerNotes} from "./interfaces/IIssuerNotes.sol";
import {IRiskTable} from "./interfaces/IRiskTable.sol";
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
///         alone. Knows neither owners nor holdings. Nobody but who holds an account's keys can move it: the owner of this
///         contract appoints the guardian, pauses and ends a pause, and nothing else.
contract AccountRegistry is IAccountRegistry, IRootHolder, Guarded {
    using Signals for ReceiveSignals;
    using Signals for SpendSignals;
    using VerifierLib for IVerifiers;
    using QueuedTree for QueuedTree.Tree;
    using ReplacingTree for ReplacingTree.Tree;

    struct Slot {
        Tier tier;
        uint48 receivedAt;
    }

    IVerifiers public immutable verifiers;
    IRiskTable public immutable riskTable;
    IIssuerNotes public immutable issuerNotes;
    /// @notice Seconds between two receives of one slot: a prove key alone, lent or stolen, can't keep changing the state
    ///         under its owner's proofs.
    uint256 public immutable receiveInterval;

    ReplacingTree.Tree private _accounts;
    QueuedTree.Tree private _exits;
    mapping(uint256 slot => Slot) private _slots;
    mapping(uint256 nullifier => bool) public isSpent;
    /// @dev When each past root of accounts or exits was last current.
    mapping(uint256 root => uint256 time) private _replacedAt;

    constructor(
        IVerifiers verifiers_,
        IRiskTable riskTable_,
        IIssuerNotes issuerNotes_,
        uint256 receiveInterval_,
        address owner_
    ) Ownable(owner_) {
        (verifiers, riskTable, issuerNotes, receiveInterval) = (verifiers_, riskTable_, issuerNotes_, receiveInterval_);
    }

    /// @inheritdoc IAccountRegistry
    function open(Tier tier, ReceiveSignals calldata signals, Proof calldata proof, uint256 deadline)
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
    function receiveNotes(uint256 slot, ReceiveSignals calldata signals, Proof calldata proof, uint256 deadline)
        external
    {
        if (signals.oldCommitment == 0 || signals.openingNullifier != 0) {
            revert OpeningMismatch(signals.oldCommitment, signals.openingNullifier);
        }
        _requireCurrent(slot, signals.oldCommitment);
        uint256 allowedAt = _slots[slot].receivedAt + receiveInterval;
        if (block.timestamp < allowedAt) revert ReceiveTooSoon(slot, allowedAt);
        _takeNotes(_slots[slot].tier, signals, proof, deadline, slot);
        _slots[slot].receivedAt = uint48(block.timestamp);
        _changed(slot, signals.newCommitment, _accounts.replace(slot, signals.newCommitment), signals.cipher);
    }

    /// @inheritdoc IAccountRegistry
    function spend(uint256 slot, bool onAnyTable, SpendSignals calldata signals, Proof calldata proof, uint256 deadline)
        external
    {
        _requireCurrent(slot, signals.oldCommitment);
        _requireTable(signals.tableRoot, onAnyTable);
        Tier tier = _slots[slot].tier;
        SpendSignals memory s = signals;
        s.claim = ClaimLib.packSpend(Protocol.COVERAGE_INITIAL, onAnyTable);
        s.context = ProofContext.signal(msg.sender, deadline);
        verifiers.check(Circuit.Spend, tier, proof, s.encode(tier));

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
        for (uint256 i = 0; i < leaves.length; i++) {
            emit ExitAdded(first + i, leaves[i]);
        }
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

    /// @notice Tier of the account at a slot, and when it last received.
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

    /// @dev What opening and receiving share: the proof, then the nullifiers, after which each is below the field's order.
    function _takeNotes(
        Tier tier,
        ReceiveSignals calldata signals,
        Proof calldata proof,
        uint256 deadline,
        uint256 slot
    ) private {
        if (!issuerNotes.isNotesRoot(signals.notesRoot)) revert UnknownNotesRoot(signals.notesRoot);
        ReceiveSignals memory s = signals;
        s.context = ProofContext.signal(msg.sender, deadline);
        verifiers.check(Circuit.Receive, tier, proof, s.encode(tier));
        for (uint256 i = 0; i < s.nullifiers.length; i++) {
            _spend(s.nullifiers[i]);
        }
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

    /// @dev The newest epoch while it lasts and nothing is paused. A move that is right on any table, collateral leaving an
    ///      account that owes nothing or a pair that sums to 0, can hurt nobody: neither an old table nor a pause keeps it.
    function _requireTable(uint256 tableRoot, bool onAnyTable) private view {
        if (onAnyTable) {
            if (riskTable.epochOf(tableRoot).number == 0) revert UnknownTable(tableRoot);
            return;
        }
        if (paused() || riskTable.isPaused()) revert SpendingPaused();
        uint256 newest = riskTable.newestRoot();
        if (tableRoot != newest || block.timestamp > riskTable.epochOf(newest).notAfter) {
            revert NotNewestTable(tableRoot, newest);
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
