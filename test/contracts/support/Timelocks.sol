// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {Vm} from "./Test.sol";

/// @notice An owner as it is off local chains: what it does is proposed, waits, and is then carried out by anyone.
abstract contract Timelocks {
    uint256 internal constant WAIT = 2 days;
    address internal constant PROPOSER = address(0x0960);
    Vm private constant vm_ = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    TimelockController internal timelock;

    function setUpTimelock() internal {
        address[] memory proposers = new address[](1);
        proposers[0] = PROPOSER;
        // Anyone may execute, and nobody administers the timelock but itself.
        timelock = new TimelockController(WAIT, proposers, new address[](1), address(0));
    }

    /// @dev Proposes a call.
    function schedule(address target, bytes memory data) internal {
        vm_.prank(PROPOSER);
        timelock.schedule(target, 0, data, 0, 0, WAIT);
    }

    /// @dev Carries it out, when its time has come.
    function execute(address target, bytes memory data) internal {
        timelock.execute(target, 0, data, 0, 0);
    }

    /// @dev Both, with the wait between them; a second too early it is refused.
    function through(address target, bytes memory data) internal {
        schedule(target, data);
        vm_.warp(vm_.getBlockTimestamp() + WAIT - 1);
        vm_.expectPartialRevert(TimelockController.TimelockUnexpectedOperationState.selector);
        timelock.execute(target, 0, data, 0, 0);
        vm_.warp(vm_.getBlockTimestamp() + 1);
        execute(target, data);
    }
}
