// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice Roots that contracts of one chain keep at fixed storage slots, as another contract may rely on them: mirrored
///         from another chain, or read on the same one.
interface IRootSource {
    /// @notice When this root was last known to be the current one, on the source chain's clock and never in the future
    ///         of this one's; 0 when it isn't known.
    function rootTime(address account, bytes32 slot, uint256 root) external view returns (uint256);

    /// @notice The newest root known, and its time; zeros when there is none.
    function latestRoot(address account, bytes32 slot) external view returns (uint256 root, uint256 time);

    /// @notice Seconds since deployment during which nothing fresh could arrive: clocks that count against a trader stand
    ///         still for as long.
    function stalledSeconds() external view returns (uint256);

    /// @notice Whether the route is frozen: a conflict was shown and nothing is accepted.
    function isFrozen() external view returns (bool);
}

/// @notice A contract that keeps a root, as others on the same chain read it.
interface IRootHolder {
    /// @notice When this root was last the current one: now if it still is, 0 if it never was.
    function rootTime(bytes32 slot, uint256 root) external view returns (uint256);

    /// @notice The current root, 0 for an empty tree.
    function currentRoot(bytes32 slot) external view returns (uint256);
}
