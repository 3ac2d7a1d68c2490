// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {IRootHolder, IRootSource} from "./interfaces/IRootSource.sol";

/// @title  LocalRoots
/// @notice Roots of contracts on this chain, for those who read others through a RootMirror.
contract LocalRoots is IRootSource {
    /// @inheritdoc IRootSource
    function rootTime(address account, bytes32 slot, uint256 root) external view returns (uint256) {
        return IRootHolder(account).rootTime(slot, root);
    }

    /// @inheritdoc IRootSource
    function latestRoot(address account, bytes32 slot) external view returns (uint256 root, uint256 time) {
        root = IRootHolder(account).currentRoot(slot);
        time = root == 0 ? 0 : block.timestamp;
    }

    /// @inheritdoc IRootSource
    function stalledSeconds() external pure returns (uint256) {
        return 0;
    }

    /// @inheritdoc IRootSource
    function isFrozen() external pure returns (bool) {
        return false;
    }
}
