// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {StorageSlot} from "@openzeppelin/contracts/utils/StorageSlot.sol";

/// @title  RootSlot
/// @notice Where a contract keeps a root that other chains read by storage proof: a named place, which no change of the
///         contract's other variables moves.
library RootSlot {
    /// @notice Notes of an issuer.
    bytes32 internal constant NOTES = keccak256("plimsoll.notesRoot");
    /// @notice Current states of all accounts.
    bytes32 internal constant ACCOUNTS = keccak256("plimsoll.accountsRoot");
    /// @notice Exits of all accounts.
    bytes32 internal constant EXITS = keccak256("plimsoll.exitsRoot");

    function get(bytes32 slot) internal view returns (uint256) {
        return StorageSlot.getUint256Slot(slot).value;
    }

    function set(bytes32 slot, uint256 root) internal {
        StorageSlot.getUint256Slot(slot).value = root;
    }
}
