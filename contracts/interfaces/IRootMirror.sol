// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Signature} from "./IRiskTable.sol";

/// @notice One contract's root at one storage slot, and the proofs that eth_getProof gives of it.
struct RootProof {
    address account;
    bytes32 slot;
    bytes[] accountProof;
    bytes[] storageProof;
}

/// @notice Roots of another chain: a header that attestors signed, then storage proofs from its state root.
interface IRootMirror {
    /// @notice Thrown when anything is brought while the route is frozen.
    error Frozen();
    /// @notice Thrown when a header is not the attested one of its height.
    error NotAttested(uint256 number, bytes32 blockHash);
    /// @notice Thrown when a header says it was made more than a quarter of an hour from now.
    error HeaderFromTheFuture(uint256 time);
    /// @notice Thrown when a proven account or slot holds nothing that is a root.
    error NoRoot(address account, bytes32 slot, uint256 value);
    /// @notice Thrown when a thaw comes before its time, or without being scheduled.
    error ThawNotDue(uint256 due);
    /// @notice Thrown when a thaw is scheduled for a route that isn't frozen.
    error NotFrozen();
    /// @notice Thrown when a thaw's signers aren't those that were scheduled.
    error OtherThaw(bytes32 scheduled);

    /// @notice Attestors vouched for a finalised block.
    event Attested(uint256 indexed number, bytes32 blockHash);
    /// @notice A root was proven; `time` is its header's.
    event RootMirrored(address indexed account, bytes32 indexed slot, uint256 root, uint256 number, uint256 time);
    /// @notice Attestors vouched for two blocks of one height: the route is frozen.
    event Conflict(uint256 indexed number, bytes32 first, bytes32 second);
    /// @notice The owner scheduled a thaw with new attestors.
    event ThawScheduled(uint256 due, address[] attestors, uint256 threshold);
    /// @notice The route is open again; roots from `number` on must be proven again.
    event Thawed(uint256 number, uint256 generation);

    /// @notice Takes the hash of a finalised block that attestors signed. A second hash for a height freezes the route.
    function attest(uint256 number, bytes32 blockHash, uint256 set, Signature[] calldata signatures) external;

    /// @notice Takes roots by storage proof from an attested header. Anyone may bring any contract's root: who reads one
    ///         says whose.
    /// @param  header RLP of the block header
    function mirror(bytes calldata header, RootProof[] calldata proofs) external;

    /// @notice Attested hash of a height, in the generation since the last thaw.
    function attestedHash(uint256 number) external view returns (bytes32);
}
