// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {BlockHeader} from "@openzeppelin/contracts/utils/BlockHeader.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Memory} from "@openzeppelin/contracts/utils/Memory.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";
import {RLP} from "@openzeppelin/contracts/utils/RLP.sol";
import {TrieProof} from "@openzeppelin/contracts/utils/cryptography/TrieProof.sol";
import {SignerSets} from "./base/SignerSets.sol";
import {Protocol} from "./generated/Protocol.sol";
import {Signature} from "./interfaces/IRiskTable.sol";
import {IRootMirror, RootProof} from "./interfaces/IRootMirror.sol";
import {IRootSource} from "./interfaces/IRootSource.sol";

/// @title  RootMirror
/// @notice Roots of one other chain. More than two thirds of the attestors sign the hash of a finalised block; anyone then
///         proves what a contract of that chain kept at a slot. Every root ever proven stays known with the time it was
///         last seen, so that no flood of new roots pushes one out, and an unchanged root is proven again to be fresh.
///         Two signed hashes for one height freeze the route: it accepts nothing, and what it took at that height or
///         above counts as unknown, until the owner installs other attestors after a delay.
contract RootMirror is IRootMirror, IRootSource, SignerSets, Multicall {
    using RLP for Memory.Slice;

    struct Root {
        uint64 time;
        uint64 number;
        uint64 generation;
    }

    bytes32 private constant ATTESTATION_TYPE =
        keccak256("Attestation(uint256 chainId,uint256 number,bytes32 blockHash,uint256 set)");
    /// @dev How far a source chain's clock may run ahead of this one's.
    uint256 private constant CLOCK_SKEW = 15 minutes;

    /// @notice The chain whose roots these are.
    uint256 public immutable sourceChainId;
    /// @notice Age of the newest header beyond which the route counts as standing still.
    uint256 public immutable freshFor;
    /// @notice Seconds from scheduling a thaw to the thaw.
    uint256 public immutable thawDelay;

    /// @notice Lowest height at which a conflict was shown; the largest number while there is none.
    uint256 public frozenFrom = type(uint256).max;
    /// @notice How often the route was thawed.
    uint256 public generation;
    /// @notice Time of the newest header that was shown; that of the deployment before the first.
    uint64 public newestTime;
    uint64 private _stalled;
    uint64 private _thawAt;
    bytes32 private _thawSigners;

    /// @dev Per generation: hashes by height, and the height from which its roots count no more.
    mapping(uint256 generation => mapping(uint256 number => bytes32)) private _hashes;
    mapping(uint256 generation => uint256 number) private _voidFrom;
    mapping(bytes32 key => mapping(uint256 root => Root)) private _roots;
    mapping(bytes32 key => uint256 root) private _latest;

    constructor(
        uint256 sourceChainId_,
        address[] memory attestors,
        uint256 threshold,
        address owner_,
        uint256 freshFor_,
        uint256 thawDelay_
    ) EIP712("Plimsoll RootMirror", "1") SignerSets(attestors, threshold, owner_) {
        (sourceChainId, freshFor, thawDelay) = (sourceChainId_, freshFor_, thawDelay_);
        newestTime = uint64(block.timestamp);
    }

    /// @inheritdoc IRootMirror
    /// @dev Not refused while frozen: a conflict at a lower height voids more.
    function attest(uint256 number, bytes32 blockHash, uint256 set, Signature[] calldata signatures) external {
        _checkSignatures(
            set, keccak256(abi.encode(ATTESTATION_TYPE, sourceChainId, number, blockHash, set)), signatures
        );
        bytes32 first = _hashes[generation][number];
        if (first == blockHash) return;
        if (first != 0) {
            if (number < frozenFrom) frozenFrom = number;
            emit Conflict(number, first, blockHash);
            return;
        }
        if (_isFrozen() && number >= frozenFrom) revert Frozen();
        _hashes[generation][number] = blockHash;
        emit Attested(number, blockHash);
    }

    /// @inheritdoc IRootMirror
    function mirror(bytes calldata header, RootProof[] calldata proofs) external {
        if (_isFrozen()) revert Frozen();
        Memory.Slice[] memory fields = BlockHeader.parseHeader(header);
        uint256 number = BlockHeader.getNumber(fields);
        bytes32 blockHash = keccak256(header);
        if (blockHash != _hashes[generation][number]) revert NotAttested(number, blockHash);
        uint256 time = BlockHeader.getTimestamp(fields);
        if (time > block.timestamp + CLOCK_SKEW) revert HeaderFromTheFuture(time);
        bytes32 stateRoot = BlockHeader.getStateRoot(fields);

        if (time > newestTime) {
            // What passes from now on counts from the new header; what it doesn't cover of the past stays counted.
            uint256 stalled = stalledSeconds();
            newestTime = uint64(time);
            _stalled = uint64(stalled - Math.saturatingSub(block.timestamp, time + freshFor));
        }
        for (uint256 i = 0; i < proofs.length; i++) {
            uint256 root = _prove(stateRoot, proofs[i]);
            _keep(proofs[i].account, proofs[i].slot, root, number, time);
        }
    }

    /// @notice Replaces the attestors. Owner only; a frozen route takes new ones by a thaw alone.
    /// @param  keepFor seconds for which the set before stays good; 0 drops it at once
    function rotate(address[] calldata attestors, uint256 threshold, uint256 keepFor) external onlyOwner {
        if (_isFrozen()) revert Frozen();
        _rotate(attestors, threshold, keepFor);
    }

    /// @notice Schedules a thaw with new attestors. Owner only. Scheduling again starts the delay again.
    function scheduleThaw(address[] calldata attestors, uint256 threshold) external onlyOwner {
        if (!_isFrozen()) revert NotFrozen();
        _thawAt = uint64(block.timestamp + thawDelay);
        _thawSigners = keccak256(abi.encode(attestors, threshold));
        emit ThawScheduled(_thawAt, attestors, threshold);
    }

    /// @notice Opens the route with the attestors that were scheduled. What the old ones signed is void: the new set's
    ///         number is part of what it signs, and heights start without hashes.
    function thaw(address[] calldata attestors, uint256 threshold) external onlyOwner {
        if (!_isFrozen()) revert NotFrozen();
        if (_thawAt == 0 || block.timestamp < _thawAt) revert ThawNotDue(_thawAt);
        if (keccak256(abi.encode(attestors, threshold)) != _thawSigners) revert OtherThaw(_thawSigners);
        _voidFrom[generation] = frozenFrom;
        emit Thawed(frozenFrom, ++generation);
        frozenFrom = type(uint256).max;
        (_thawAt, _thawSigners) = (0, 0);
        _rotate(attestors, threshold, 0);
    }

    /// @inheritdoc IRootMirror
    function attestedHash(uint256 number) external view returns (bytes32) {
        return _hashes[generation][number];
    }

    /// @inheritdoc IRootSource
    function rootTime(address account, bytes32 slot, uint256 root) external view returns (uint256) {
        return _timeOf(_roots[_key(account, slot)][root]);
    }

    /// @inheritdoc IRootSource
    /// @dev Zeros when a conflict voided the newest one, until a root is proven anew.
    function latestRoot(address account, bytes32 slot) external view returns (uint256 root, uint256 time) {
        bytes32 key = _key(account, slot);
        root = _latest[key];
        time = _timeOf(_roots[key][root]);
        if (time == 0) root = 0;
    }

    /// @inheritdoc IRootSource
    function stalledSeconds() public view returns (uint256) {
        return _stalled + Math.saturatingSub(block.timestamp, newestTime + freshFor);
    }

    /// @inheritdoc IRootSource
    function isFrozen() external view returns (bool) {
        return _isFrozen();
    }

    function _isFrozen() private view returns (bool) {
        return frozenFrom != type(uint256).max;
    }

    function _prove(bytes32 stateRoot, RootProof calldata proof) private pure returns (uint256 root) {
        bytes memory state = TrieProof.traverse(
            stateRoot, abi.encodePacked(keccak256(abi.encodePacked(proof.account))), proof.accountProof
        );
        // nonce, balance, storage root, code hash
        bytes32 storageRoot = RLP.decodeList(state)[2].readBytes32();
        bytes memory value = TrieProof.traverse(
            storageRoot, abi.encodePacked(keccak256(abi.encodePacked(proof.slot))), proof.storageProof
        );
        root = RLP.decodeUint256(value);
        if (root == 0 || root >= Protocol.FIELD) revert NoRoot(proof.account, proof.slot, root);
    }

    function _keep(address account, bytes32 slot, uint256 root, uint256 number, uint256 time) private {
        bytes32 key = _key(account, slot);
        Root storage kept = _roots[key][root];
        // An older header says nothing new of a root, unless what was known of it is void.
        if (_timeOf(kept) == 0 || number > kept.number) {
            _roots[key][root] = Root(uint64(time), uint64(number), uint64(generation));
        }
        Root storage latest = _roots[key][_latest[key]];
        if (_timeOf(latest) == 0 || number > latest.number) _latest[key] = root;
        emit RootMirrored(account, slot, root, number, time);
    }

    /// @dev 0 for a root that a conflict voided, in its generation or one since.
    function _timeOf(Root storage root) private view returns (uint256) {
        uint256 number = root.number;
        if (number >= frozenFrom) return 0;
        for (uint256 g = root.generation; g < generation; g++) {
            if (number >= _voidFrom[g]) return 0;
        }
        return Math.min(root.time, block.timestamp);
    }

    function _key(address account, bytes32 slot) private pure returns (bytes32) {
        return keccak256(abi.encode(account, slot));
    }
}
