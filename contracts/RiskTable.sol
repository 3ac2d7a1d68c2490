// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {Ownable} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Guarded} from "./base/Guarded.sol";
import {SignerSets} from "./base/SignerSets.sol";
import {Protocol} from "./generated/Protocol.sol";
import {Epoch, IRiskTable, Published, Signature} from "./interfaces/IRiskTable.sol";

/// @title  RiskTable
/// @notice Epochs of the risk table, each signed by m of n reporters. Anyone can recompute a table from its published
///         inputs; what reporters can do wrong is bounded by the limits per window of vaults and desks.
contract RiskTable is IRiskTable, SignerSets, Guarded {
    bytes32 private constant EPOCH_TYPE =
        keccak256("Epoch(uint64 number,uint256 root,uint48 asOf,uint48 notAfter,uint32 largestMove,uint256 set)");

    /// @notice Seconds for which a proof on the epoch before is still taken.
    uint256 public immutable overlap;
    /// @notice Longest time from asOf to notAfter.
    uint256 public immutable longestEpoch;
    /// @notice Largest price move, in basis points of a scan range, above which draws and spending stand still.
    uint256 public immutable calmMove;

    /// @inheritdoc IRiskTable
    uint256 public newestRoot;
    /// @notice Root of the last epoch but one.
    uint256 public previousRoot;
    /// @notice Price move of the newest epoch.
    uint32 public largestMove;
    /// @notice Whether the reporters contradicted themselves: ends when others take their place.
    bool public isContradicted;
    uint48 private _stalled;

    mapping(uint256 root => Published) private _epochs;

    constructor(
        address[] memory reporters,
        uint256 threshold,
        address owner_,
        uint256 overlap_,
        uint256 longestEpoch_,
        uint256 calmMove_
    ) EIP712("Plimsoll RiskTable", "1") SignerSets(reporters, threshold, owner_) {
        (overlap, longestEpoch, calmMove) = (overlap_, longestEpoch_, calmMove_);
    }

    /// @inheritdoc IRiskTable
    function publish(Epoch calldata epoch, uint256 set, Signature[] calldata signatures) external {
        _checkSignatures(set, _hash(epoch, set), signatures);

        Published storage newest = _epochs[newestRoot];
        if (epoch.number <= newest.number || epoch.asOf <= newest.asOf) {
            revert EpochNotNewer(epoch.number, newest.number);
        }
        if (
            epoch.asOf > block.timestamp || epoch.notAfter < block.timestamp
                || epoch.notAfter > epoch.asOf + longestEpoch
        ) revert BadEpochTimes(epoch.asOf, epoch.notAfter, block.timestamp);
        if (epoch.root == 0 || epoch.root >= Protocol.FIELD || _epochs[epoch.root].number != 0) {
            revert BadTableRoot(epoch.root);
        }

        _stalled = uint48(stalledSeconds());
        newest.replacedAt = uint48(block.timestamp);
        previousRoot = newestRoot;
        newestRoot = epoch.root;
        largestMove = epoch.largestMove;
        _epochs[epoch.root] = Published(epoch.number, epoch.asOf, epoch.notAfter, 0);
        emit EpochPublished(epoch.number, epoch.root, epoch.asOf, epoch.notAfter, epoch.largestMove);
    }

    /// @inheritdoc IRiskTable
    /// @dev Draws and spending stand still, and nothing else: who proves on the newest epoch can go on proving.
    function challenge(
        uint256 set,
        Epoch calldata first,
        Signature[] calldata firstSignatures,
        Epoch calldata second,
        Signature[] calldata secondSignatures
    ) external {
        (bytes32 firstHash, bytes32 secondHash) = (_hash(first, set), _hash(second, set));
        if (first.number != second.number || firstHash == secondHash) {
            revert NoContradiction(first.number, second.number);
        }
        _checkSignatures(set, firstHash, firstSignatures);
        _checkSignatures(set, secondHash, secondSignatures);
        isContradicted = true;
        emit EpochsContradict(set, first, second);
    }

    /// @notice Replaces the reporters. Owner only. Reporters who contradicted themselves are dropped at once.
    /// @param  keepFor seconds for which the set before stays good; 0 drops it at once
    function rotate(address[] calldata reporters, uint256 threshold, uint256 keepFor) external onlyOwner {
        _rotate(reporters, threshold, isContradicted ? 0 : keepFor);
        isContradicted = false;
    }

    /// @inheritdoc IRiskTable
    function epochOf(uint256 root) external view returns (Published memory) {
        return _epochs[root];
    }

    /// @inheritdoc IRiskTable
    function goodUntil(uint256 root) external view returns (uint256) {
        if (root == 0 || (root != newestRoot && root != previousRoot)) return 0;
        Published storage epoch = _epochs[root];
        uint256 end = epoch.replacedAt == 0 ? epoch.notAfter : Math.min(epoch.notAfter, epoch.replacedAt);
        return end + overlap;
    }

    /// @inheritdoc IRiskTable
    function isPaused() external view returns (bool) {
        return paused() || isContradicted || largestMove > calmMove;
    }

    /// @inheritdoc IRiskTable
    /// @dev Before the first epoch nothing can be open that a clock would run against.
    function stalledSeconds() public view returns (uint256) {
        return newestRoot == 0 ? 0 : _stalled + Math.saturatingSub(block.timestamp, _epochs[newestRoot].notAfter);
    }

    function _hash(Epoch calldata epoch, uint256 set) private pure returns (bytes32) {
        return
            keccak256(
                abi.encode(EPOCH_TYPE, epoch.number, epoch.root, epoch.asOf, epoch.notAfter, epoch.largestMove, set)
            );
    }
}
