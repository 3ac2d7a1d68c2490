// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

/// @title  ProofContext
/// @notice Where a proof counts, for whom and until when, so that a copied one is useless.
library ProofContext {
    /// @notice Thrown when a proof comes after its deadline.
    error DeadlinePassed(uint256 deadline, uint256 time);

    /// @notice The first 31 bytes of keccak256(abi.encode(chainId, this contract, account, deadline)).
    /// @dev    The chain id is read each time: a fork that changes it takes no proof made for the other branch.
    /// @param  account who submits the proof, or is paid by it
    function signal(address account, uint256 deadline) internal view returns (uint256) {
        if (block.timestamp > deadline) revert DeadlinePassed(deadline, block.timestamp);
        return encode(block.chainid, address(this), account, deadline);
    }

    /// @notice The encoding alone.
    function encode(uint256 chainId, address target, address account, uint256 deadline)
        internal
        pure
        returns (uint256)
    {
        return uint256(keccak256(abi.encode(chainId, target, account, deadline))) >> 8;
    }
}
