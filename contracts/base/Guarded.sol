// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";

/// @title  Guarded
/// @notice A guardian can pause, and only the owner can unpause. What a pause stops is each contract's business: draws and
///         spending, never receives, repayments, exits or refreshes.
abstract contract Guarded is Ownable2Step, Pausable {
    /// @notice Thrown when someone else than the guardian or the owner pauses.
    error NotGuardian(address account);

    /// @notice A guardian was appointed.
    event GuardianSet(address guardian);

    /// @notice Who may pause, beside the owner.
    address public guardian;

    /// @notice Appoints the guardian. Owner only.
    function setGuardian(address guardian_) external onlyOwner {
        guardian = guardian_;
        emit GuardianSet(guardian_);
    }

    /// @notice Stops what a pause stops. Guardian or owner.
    function pause() external {
        if (msg.sender != guardian && msg.sender != owner()) revert NotGuardian(msg.sender);
        _pause();
    }

    /// @notice Ends a pause. Owner only.
    function unpause() external onlyOwner {
        _unpause();
    }
}
