// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {Poseidon2} from "../generated/Poseidon2.sol";

/// @notice P(left, right). The call is written out: what the compiler puts around it is a tenth of a small hash.
function nodeHash(uint256 left, uint256 right) view returns (uint256 node) {
    address library_ = address(Poseidon2);
    bytes4 selector = Poseidon2.hash.selector;
    bool ok;
    assembly ("memory-safe") {
        let m := mload(0x40)
        mstore(m, selector)
        mstore(add(m, 0x04), left)
        mstore(add(m, 0x24), right)
        ok := staticcall(gas(), library_, m, 0x44, 0x00, 0x20)
        ok := and(ok, eq(returndatasize(), 0x20))
        node := mload(0x00)
    }
    // The library can fail for want of gas alone.
    require(ok);
}
