// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {Protocol} from "./generated/Protocol.sol";
import {IIssuerNotes, Issuer} from "./interfaces/IIssuerNotes.sol";
import {IRootSource} from "./interfaces/IRootSource.sol";
import {nodeHash} from "./lib/NodeHash.sol";
import {RootSlot} from "./lib/RootSlot.sol";

/// @title  IssuerNotes
/// @notice Joins every issuer's notes root at position issuerId of a full binary tree. The issuers are those of the
///         deployment, for good: an id means one contract on one chain.
contract IssuerNotes is IIssuerNotes {
    uint256 private constant DEPTH = Protocol.ISSUER_DEPTH;

    /// @notice Seconds for which a root is good after it was replaced. Issuers' trees only grow, so nobody needs an older
    ///         one; and a root that should never have been joined doesn't stay good for ever.
    uint256 public immutable window;

    mapping(uint8 issuerId => Issuer) private _issuers;
    mapping(uint256 place => uint256 node) private _nodes;
    /// @dev How often a conflict took an issuer's root back, and since then when each root was replaced.
    uint256 private _voided;
    mapping(bytes32 key => uint256 time) private _replacedAt;
    /// @dev Roots of empty subtrees by level.
    uint256[] private _empty;

    /// @inheritdoc IIssuerNotes
    uint256 public notesRoot;

    constructor(Issuer[] memory issuers, uint256 window_) {
        window = window_;
        for (uint256 i = 0; i < issuers.length; i++) {
            Issuer memory issuer = issuers[i];
            bool known = address(_issuers[issuer.issuerId].source) != address(0);
            for (uint256 j = 0; j < i && !known; j++) {
                known = issuers[j].account == issuer.account && address(issuers[j].source) == address(issuer.source);
            }
            if (issuer.issuerId == 0 || known || address(issuer.source) == address(0) || issuer.account == address(0)) {
                revert BadIssuer(issuer.issuerId, issuer.account);
            }
            _issuers[issuer.issuerId] = issuer;
            emit IssuerAdmitted(issuer.issuerId, address(issuer.source), issuer.account);
        }
        _empty.push(0);
        for (uint256 level = 0; level < DEPTH; level++) {
            _empty.push(nodeHash(_empty[level], _empty[level]));
        }
        notesRoot = _empty[DEPTH];
    }

    /// @inheritdoc IIssuerNotes
    function join(uint8 issuerId) external returns (uint256 root) {
        Issuer memory issuer = _issuers[issuerId];
        if (address(issuer.source) == address(0)) revert UnknownIssuer(issuerId);
        (uint256 node,) = issuer.source.latestRoot(issuer.account, RootSlot.NOTES);
        // A frozen route brings nothing new, and what its conflict voided needs no thaw to drop out.
        if (node != 0 && issuer.source.isFrozen()) revert RouteFrozen(issuerId);
        if (node == _nodes[issuerId]) revert NothingNew(issuerId, node);

        uint256 issuerNotes = node;
        uint256 index = issuerId;
        for (uint256 level = 0; level < DEPTH; level++) {
            _nodes[(level << 64) | index] = node;
            uint256 sibling = _nodes[(level << 64) | (index ^ 1)];
            if (sibling == 0) sibling = _empty[level];
            node = index & 1 == 0 ? nodeHash(node, sibling) : nodeHash(sibling, node);
            index >>= 1;
        }
        root = node;
        // Every root that was replaced may have what is void in it: none of them keeps its window.
        if (issuerNotes == 0) _voided++;
        else _replacedAt[_key(notesRoot)] = block.timestamp;
        notesRoot = root;
        emit NotesJoined(issuerId, issuerNotes, root);
    }

    /// @inheritdoc IIssuerNotes
    function isNotesRoot(uint256 root) external view returns (bool) {
        if (root == notesRoot) return true;
        uint256 replacedAt = _replacedAt[_key(root)];
        return replacedAt != 0 && block.timestamp <= replacedAt + window;
    }

    /// @inheritdoc IIssuerNotes
    function issuerRoot(uint8 issuerId) external view returns (uint256) {
        return _nodes[issuerId];
    }

    /// @notice An issuer's chain and contract.
    function issuerOf(uint8 issuerId) external view returns (Issuer memory) {
        return _issuers[issuerId];
    }

    function _key(uint256 root) private view returns (bytes32) {
        return keccak256(abi.encode(_voided, root));
    }
}
