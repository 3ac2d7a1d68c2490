// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {IRootSource} from "contracts/interfaces/IRootSource.sol";

/// @notice A route whose roots a test sets.
contract StubRoots is IRootSource {
    mapping(address => mapping(bytes32 => mapping(uint256 => uint256))) public rootTime;
    mapping(address => mapping(bytes32 => uint256)) private _latest;
    uint256 public stalledSeconds;
    bool public isFrozen;

    function set(address account, bytes32 slot, uint256 root, uint256 time) external {
        rootTime[account][slot][root] = time;
        _latest[account][slot] = root;
    }

    function setStalled(uint256 secs) external {
        stalledSeconds = secs;
    }

    function setFrozen(bool frozen) external {
        isFrozen = frozen;
    }

    function latestRoot(address account, bytes32 slot) external view returns (uint256, uint256) {
        uint256 root = _latest[account][slot];
        return (root, rootTime[account][slot][root]);
    }
}
